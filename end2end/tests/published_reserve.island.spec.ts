// A published reserve: the bidder reads it, sees at once that the seller lowered it, and at it the car is his.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

/** Enough for a bid, a lowering and another bid on two busy cores. */
const runsForMs = 120_000;

test('a bidder reads a published reserve, sees it fall, and meets it', async ({ browser }) => {
  test.setTimeout(200_000);
  const office = await sitDown(browser, staff);
  const more = { reserve_display: 'public' };
  const { lot, sale, title } = await makeSale(office, 'Published reserve sale', runsForMs, true, -60_000, more);
  const bidder = await sitDown(browser, dealer);
  const reserve = bidder.getByTestId('published-reserve');

  await test.step('it stands on the card and on the lot, and a bid below it does not meet it', async () => {
    // by its sale: the hall's first page belongs to whatever ends first
    await bidder.goto(`/auctions?sale=${sale}`);
    const card = bidder.locator(`[data-lot="${lot.split('/').pop()}"]`);
    await expect(card.locator('[data-live="light"]')).toContainText('未达保留价 ¥88,000');
    await card.getByRole('link', { name: title }).click();
    await expect(reserve).toHaveText('保留价 ¥88,000 公开，达到即成交');
    await expect(bidder.locator('section#bid')).toHaveAttribute('data-link', 'live');
    await bidder.getByTestId('quick').first().click();
    await expect(bidder.locator('section#bid')).toHaveAttribute('data-look', 'leading');
  });

  await test.step('the seller lowers it, and the open page says so by itself', async () => {
    await office.goto(lot.replace('/auctions/', '/office/'));
    await office.locator('form[action$="/reserve"] input[name="reserve"]').fill('80000');
    await office.locator('form[action$="/reserve"] button[type="submit"]').click();
    await expect(reserve).toHaveText('保留价 ¥80,000 公开，达到即成交');
  });

  await test.step('a max that reaches it leads at it', async () => {
    await bidder.locator('#max').fill('8.2万');
    await bidder.getByTestId('place-max').click();
    await expect(bidder.getByTestId('price')).toHaveText('¥80,000');
    await expect(bidder.locator('.reserve-light')).toHaveAttribute('data-light', 'met');
  });
});

async function sitDown(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}
