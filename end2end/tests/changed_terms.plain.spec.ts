// The rules of a sale are changed before anybody is bound by them, without a script: who watches reads the new ones, and who has a
// max keeps those that he read.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, signIn } from '../support/people';
import { makeSale } from '../support/sale';

/** It opens and ends long after the story. */
const [opensInMs, runsForMs] = [3_600_000, 7_200_000];

test('the rules of a sale are changed until somebody has a max on one of its cars', async ({ browser }) => {
  test.setTimeout(120_000);
  const auctioneer = await personIn(browser, 'auctioneer');
  const made = await makeSale(auctioneer, 'Sale on trial', runsForMs, true, opensInMs);
  const ada = await personIn(browser, dealer);

  await test.step('ada watches its car', async () => {
    await ada.goto(made.lot);
    await ada.locator('form[action$="/watch"] button[type="submit"]').first().click();
  });

  await test.step('the auctioneer leaves more time after a pause', async () => {
    await changesTo(auctioneer, made.sale, '45');
    await expect(auctioneer).toHaveURL(/\?done=SALE_TERMS_CHANGED/);
    await expect(auctioneer.locator('main').getByText('10 分钟 → 45 分钟').first()).toBeVisible();
  });

  await test.step('ada is told, and reads the new rule on the page of the car', async () => {
    await expect(async () => {
      await ada.goto('/my/alerts');
      await expect(ada.locator('main').getByText('场次规则有修改').first()).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    await ada.goto(made.lot);
    await ada.locator('summary').filter({ hasText: '场次规则' }).click();
    await expect(ada.locator('[data-testid="lot-rules"]')).toContainText('至少还有 45 分钟');
  });

  await test.step('once she has a max, they stand', async () => {
    const form = ada.locator('form:has(input[name="form"][value="pre_bid"])');
    // the hint names the start price
    const [, start] = (await form.innerText()).match(/¥([\d,]+)/)!;
    await form.locator('input[name="max"]').fill(start);
    await form.locator('button[type="submit"]').click();
    await expect(ada.locator('main').getByText('您的预先委托价').first()).toBeVisible();
    await changesTo(auctioneer, made.sale, '60');
    await expect(auctioneer.getByText('已有车商按现有规则填了委托价').first()).toBeVisible();
  });
});

async function changesTo(page: Page, sale: string, minutes: string): Promise<void> {
  await page.goto(`/office/sales/${sale}/change`);
  const form = page.locator('form:has(input[name="form"][value="terms"])');
  const field = form.locator('input[name="resume_left"]');
  // they stand open once one of them is not as usual
  if (!(await field.isVisible())) await form.locator('summary').first().click();
  await field.fill(minutes);
  await form.locator('input[name="reason"]').fill('试行');
  await form.locator('button[type="submit"]').click();
}

async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}
