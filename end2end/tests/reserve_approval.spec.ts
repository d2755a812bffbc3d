// A reserve far above the guide price: the lot waits, who set it cannot approve it, another does, and then it opens.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

/** The story ends long before the lot does. */
const runsForMs = 600_000;

test('a high reserve waits for a second person, and its lot with it', async ({ browser }) => {
  test.setTimeout(120_000);
  const auctioneer = await personIn(browser, 'auctioneer');
  // the story's car is priced by `staff`, with a reserve of 88 % of the guide price
  const more = { reserve_limit: '80' };
  const { lot, sale } = await makeSale(auctioneer, 'Guarded sale', runsForMs, true, -60_000, more);
  const office = lot.replace('/auctions/', '/office/');
  const bidder = await personIn(browser, dealer);

  await test.step('it has not opened, and the sale says why', async () => {
    await bidder.goto(lot);
    await expect(bidder.getByTestId('quick').first()).toBeHidden();
    await auctioneer.goto(`/office/sales/${sale}`);
    await expect(auctioneer.locator('main').getByText('保留价待批准').first()).toBeVisible();
  });

  await test.step('who set the reserve cannot approve it', async () => {
    const pricer = await personIn(browser, staff);
    await pricer.goto(office);
    await expect(pricer.locator('main').getByText('保留价是您设定的，须由另一人批准。')).toBeVisible();
    await expect(pricer.locator('form[action$="/approve"]')).toHaveCount(0);
  });

  await test.step('another person approves, and the lot opens', async () => {
    await auctioneer.goto(office);
    await auctioneer.locator('summary').filter({ hasText: '批准' }).first().click();
    const form = auctioneer.locator('form[action$="/approve"]');
    await form.locator('input[name="note"]').fill('卖方已书面说明');
    await form.locator('button[type="submit"]').click();
    await expect(auctioneer.locator('main').getByText('卖方已书面说明')).toBeVisible();
    await expect(async () => {
      await bidder.goto(lot);
      await expect(bidder.getByTestId('quick').first()).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 30_000 });
  });
});

async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page, login);
  return page;
}
