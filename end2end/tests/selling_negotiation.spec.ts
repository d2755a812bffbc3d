// A seller who is a dealer's company answers for himself: his car closes below its reserve, he counters, the buyer accepts.
import { expect, test } from '@playwright/test';
import { otherDealersSeller } from '../support/car';
import { appears, personIn, yuan } from '../support/negotiation';
import { dealer, otherDealer } from '../support/people';
import { makeSale } from '../support/sale';

/** Time for the one bid of the story. */
const runsForMs = 30_000;

test('the seller counters and the buyer accepts', async ({ browser }) => {
  test.setTimeout(240_000);
  const office = await personIn(browser, 'auctioneer');
  const { lot, title } = await makeSale(office, 'Sale of a company', runsForMs, true, -60_000, {}, { seller_name: otherDealersSeller });
  const buyer = await personIn(browser, dealer);
  const seller = await personIn(browser, otherDealer);
  let price = '';

  await test.step('the buyer bids the start price and nobody else comes', async () => {
    await buyer.goto(lot);
    await buyer.getByTestId('quick').first().click();
    await expect(buyer.getByText('您是最高价').first()).toBeVisible();
  });

  await test.step('the seller finds it among his cars, sees his reserve, and counters', async () => {
    // the car waits for a word from its close on; until its negotiation begins, a moment later, its link leads to the lot
    const negotiation = seller.locator('main a[href^="/my/selling/negotiations/"]').filter({ hasText: title }).first();
    await expect(async () => {
      await seller.goto('/my/selling?state=negotiated');
      await negotiation.click({ timeout: 1_000 });
    }).toPass({ timeout: 120_000 });
    await expect(seller.getByText('¥88,000').first()).toBeVisible();
    const bid = yuan(await seller.locator('main').getByText(/^接受 ¥/).first().innerText());
    price = `¥${(bid + 1000).toLocaleString('en')}`;
    await seller.locator('input[name="amount"]').first().fill(String(bid + 1000));
    await seller.locator('form:has(input[value="counter"]) button[type="submit"]').click();
    await expect(seller.getByText('等买方答复').first()).toBeVisible();
  });

  await test.step('the buyer reads the counter on his start page and accepts', async () => {
    await appears(buyer, '/my', title);
    await buyer.locator('main a[href^="/my/negotiations/"]').filter({ hasText: title }).first().click();
    await buyer.getByText(`接受 ${price}`).click();
    await buyer.locator('form:has(input[value="accept"]) button[type="submit"]').click();
    await expect(buyer.getByText('议价成交').first()).toBeVisible();
  });

  await test.step('the seller reads to whom his car went', async () => {
    await appears(seller, '/my/selling?state=sold', title);
    await seller.getByRole('link', { name: title }).first().click();
    await expect(seller.getByText('远行二手车').first()).toBeVisible();
    await expect(seller.getByText(price).first()).toBeVisible();
  });
});
