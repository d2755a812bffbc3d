// The main story without a script in anybody's browser: bids by form, answers by the page that comes back.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, otherDealer, signIn } from '../support/people';
import { makeSale } from '../support/sale';

/** Time for every page of the story to be loaded on two busy cores. */
const runsForMs = 90_000;

test('two dealers bid by form until the hammer falls, and the winner has an order', async ({ browser }) => {
  test.setTimeout(360_000);
  const auctioneer = await personIn(browser, 'auctioneer');
  const { lot, title } = await makeSale(auctioneer, 'Plain sale', runsForMs, true);
  const [ada, bob] = [await personIn(browser, dealer), await personIn(browser, otherDealer)];

  await test.step('ada leads by a quick button', async () => {
    await ada.goto(lot);
    await ada.getByTestId('quick').first().click();
    await expect(ada.getByText('您是最高价').first()).toBeVisible();
  });

  await test.step('bob types a high max and is asked to say it again', async () => {
    await bob.goto(lot);
    await bob.locator('input[name="max"]').fill('350000');
    await bob.getByTestId('place-max').click();
    await bob.locator('form:has(input[name="confirmation"]) button[type="submit"]').click();
    await expect(bob.getByText('您是最高价').first()).toBeVisible();
  });

  await test.step('going back and sending the same form again changes nothing', async () => {
    const price = await bob.getByTestId('price').innerText();
    await bob.goBack();
    await bob.goForward();
    await bob.reload();
    await expect(bob.getByTestId('price')).toHaveText(price);
  });

  await test.step('ada sees on her next page that she is outbid', async () => {
    await ada.reload();
    await expect(ada.getByText('出价不是最高').first()).toBeVisible();
  });

  await test.step('the hammer falls', async () => {
    await appears(auctioneer, lot.replace('/auctions/', '/office/'), '成交');
  });

  const finance = await personIn(browser, 'finance');
  await test.step('bob, sales and finance find what came of it; ada finds nothing', async () => {
    await appears(bob, '/my/orders', title);
    await appears(finance, '/office/orders', title);
    await appears(finance, '/office/receivables', title);
    await ada.goto('/my/orders');
    await expect(ada.locator('main').getByText(title)).toHaveCount(0);
  });

  await test.step('ada practises on the car that she lost, and wins it in practice only', async () => {
    await ada.goto('/my/practice');
    const row = ada.locator('tr', { hasText: title });
    await row.locator('select[name="speed"]').selectOption('1');
    await row.getByRole('button').click();
    await expect(ada.getByText('这是练习，不是真实竞价。')).toBeVisible();
    await ada.goto(`${ada.url()}?still=1`);
    await ada.locator('input[name="max"]').fill('50');
    await ada.locator('form:has(input[name="max"]) button').click();
    await expect(ada.getByTestId('notice')).toContainText('出价未成功');
    await ada.goto(`${ada.url().replace(/[?#].*/, '')}?still=1`);
    await ada.locator('input[name="max"]').fill('600000');
    await ada.locator('form:has(input[name="max"]) button').click();
    await ada.locator('form:has(input[name="confirmed"]) button[type="submit"]').click();
    await expect(ada.getByText('您是最高价').first()).toBeVisible();
    await ada.locator('select[name="speed"]').selectOption('60');
    await ada.locator('form:has(input[value="speed"]) button').click();
    await expect(ada.getByTestId('practice-result')).toContainText('竞得（练习）', { timeout: 60_000 });
    await ada.goto('/my/practice?view=runs');
    await expect(ada.locator('tr', { hasText: title })).toContainText('练习中竞得');
  });
});

async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}

/** Events travel on their own time, and a page without scripts is as old as its last loading. */
async function appears(page: Page, address: string, text: string): Promise<void> {
  await expect(async () => {
    await page.goto(address);
    await expect(page.locator('main').getByText(text).first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 180_000 });
}
