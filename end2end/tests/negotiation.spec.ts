// A lot closes below its reserve: dealer and staff agree after a counter, and the order says that it was negotiated.
import { expect, test } from '@playwright/test';
import { appears, personIn, yuan } from '../support/negotiation';
import { otherDealer, signIn } from '../support/people';
import { makeSale } from '../support/sale';

/** Time for the one bid of the story. */
const runsForMs = 30_000;

test('a bid below the reserve is negotiated until there is an order', async ({ browser }) => {
  test.setTimeout(240_000);
  const office = await personIn(browser, 'auctioneer');
  const { lot, title } = await makeSale(office, 'Negotiated sale', runsForMs, true);
  const bob = await personIn(browser, otherDealer);
  // the same person at another screen, with scripts, who leaves the car's page open
  const desk = await (await browser.newContext({ javaScriptEnabled: true })).newPage();
  await signIn(desk, otherDealer);
  let price = '';

  await test.step('bob bids the start price and nobody else comes', async () => {
    await bob.goto(lot);
    await bob.getByTestId('quick').first().click();
    await expect(bob.getByText('您是最高价').first()).toBeVisible();
    await desk.goto(lot);
    await expect(desk.locator('section#bid')).toHaveAttribute('data-link', 'live');
    await expect(desk.locator('#negotiate')).toBeHidden();
  });

  await test.step('staff find it among what waits for them, and counter', async () => {
    await appears(office, '/office/negotiations?state=seller', title);
    await office.getByRole('link', { name: title }).first().click();
    const bid = yuan(await office.locator('main').getByText(/^接受 ¥/).first().innerText());
    price = `¥${(bid + 1000).toLocaleString('en')}`;
    await office.locator('input[name="amount"]').first().fill(String(bid + 1000));
    await office.locator('form:has(input[value="counter"]) button[type="submit"]').click();
    await expect(office.getByText('等买方答复').first()).toBeVisible();
  });

  await test.step('the page that stayed open leads to it', async () => {
    await desk.locator('#negotiate').getByRole('link', { name: '打开议价' }).click();
    await expect(desk.locator('main').getByText(title).first()).toBeVisible();
  });

  await test.step('bob finds it on his start page, reads the counter and accepts', async () => {
    await appears(bob, '/my', title);
    await bob.locator('main a[href^="/my/negotiations/"]').filter({ hasText: title }).first().click();
    await bob.getByText(`接受 ${price}`).click();
    await bob.locator('form:has(input[value="accept"]) button[type="submit"]').click();
    await expect(bob.getByText('议价成交').first()).toBeVisible();
  });

  await test.step('the order is a negotiated contract at that price', async () => {
    await appears(bob, '/my/orders', title);
    await bob.locator('main a[href^="/my/orders/"]').filter({ hasText: title }).first().click();
    await expect(bob.getByText('议价成交确认书')).toBeVisible();
    await expect(bob.getByText(price).first()).toBeVisible();
  });
});
