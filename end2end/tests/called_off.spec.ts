// A sale is moved and called off, and a lot is taken out of another, before they open: as the dealer sees it who has a max there.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, signIn } from '../support/people';
import { makeSale } from '../support/sale';

/** They open and end long after the story. */
const [opensInMs, runsForMs] = [3_600_000, 7_200_000];

test('who has a max in a sale reads that it was moved, called off, or lost a lot, and why', async ({ browser }) => {
  test.setTimeout(120_000);
  const auctioneer = await personIn(browser, 'auctioneer');
  const called = await makeSale(auctioneer, 'Called off sale', runsForMs, true, opensInMs);
  const ada = await personIn(browser, dealer);

  await test.step('ada has a max on its car', () => givesMax(ada, called.lot));

  await test.step('the auctioneer moves the first sale, and says why', async () => {
    await auctioneer.goto(`/office/sales/${called.sale}/change`);
    const form = auctioneer.locator('form:has(input[name="form"][value="change"])');
    await form.locator('input[name="name"]').fill('Moved sale');
    await form.locator('input[name="reason"]').fill('场地调整');
    await form.locator('button[type="submit"]').click();
    await expect(auctioneer).toHaveURL(/\?done=/);
    await isTold(ada, '场次变更');
    await ada.goto(called.lot);
    await expect(ada.locator('main').getByText('Moved sale').first()).toBeVisible();
    await expect(ada.locator('main').getByText('您的预先委托价').first()).toBeVisible();
  });

  await test.step('then calls it off: her max waits no longer, and the page says why', async () => {
    await auctioneer.goto(`/office/sales/${called.sale}/change`);
    await auctioneer.locator('summary').filter({ hasText: '取消整场' }).click();
    const form = auctioneer.locator('form:has(input[name="form"][value="call_off"])');
    await form.locator('input[name="reason"]').fill('台风停业');
    await form.locator('button[type="submit"]').click();
    await expect(auctioneer).toHaveURL(/\?done=/);
    await isTold(ada, '场次取消');
    await ada.goto(called.lot);
    await expect(ada.locator('main').getByText('本场已取消').first()).toContainText('台风停业');
    await expect(ada.locator('form:has(input[name="form"][value="pre_bid"])')).toHaveCount(0);
  });

  await test.step('the one car of another sale is taken out of it', async () => {
    const kept = await makeSale(auctioneer, 'Kept sale', runsForMs, true, opensInMs);
    await givesMax(ada, kept.lot);
    await auctioneer.goto(kept.lot.replace('/auctions/', '/office/'));
    await auctioneer.locator('summary').filter({ hasText: '撤拍' }).click();
    const form = auctioneer.locator('form[action$="/withdraw"]');
    await form.locator('input[name="reason"]').fill('车主取回');
    await form.locator('button[type="submit"]').click();
    await expect(auctioneer.locator('main').getByText('本车已撤拍').first()).toBeVisible();
    await isTold(ada, '撤拍');
    await ada.goto(kept.lot);
    await expect(ada.locator('main').getByText('本车已撤拍').first()).toContainText('车主取回');
    await expect(ada.locator('form:has(input[name="form"][value="pre_bid"])')).toHaveCount(0);
  });
});

/** Before the opening, on the lot's page. */
async function givesMax(page: Page, lot: string): Promise<void> {
  await page.goto(lot);
  const form = page.locator('form:has(input[name="form"][value="pre_bid"])');
  // the hint names the start price
  const [, start] = (await form.innerText()).match(/¥([\d,]+)/)!;
  await form.locator('input[name="max"]').fill(start);
  await form.locator('button[type="submit"]').click();
  await expect(page.locator('main').getByText('您的预先委托价').first()).toBeVisible();
}

/** News is told behind the bid path: a look or two later it is there. */
async function isTold(page: Page, kind: string): Promise<void> {
  await expect(async () => {
    await page.goto('/my/alerts');
    await expect(page.locator('main').getByText(kind).first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
}

async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}
