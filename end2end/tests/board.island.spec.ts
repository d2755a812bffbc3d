// The board: a bid from a card leaves the page where it is, the card tells at once who leads, and what is pressed without a
// network waits for it.
import { expect, test, type Browser, type Locator, type Page } from '@playwright/test';
import { dealer, otherDealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

/** Enough for two people to bid on two busy cores. */
const runsForMs = 150_000;

test('a dealer bids from the board without leaving it', async ({ browser }) => {
  test.setTimeout(200_000);
  const office = await sitDown(browser, staff);
  const { lot } = await makeSale(office, 'Board sale', runsForMs, false);
  const [first, second] = [await sitDown(browser, dealer), await sitDown(browser, otherDealer)];
  await first.goto(lot);
  await first.locator('form[action$="/watch"] button').first().click();
  await first.goto('/my/board');
  const card = first.locator(`[data-lot="${lot.split('/').pop()}"]`);
  const next = card.locator('[data-live="next"]');
  const said = card.locator('[data-live="said"]');

  await test.step('one press bids, and the page stays', async () => {
    await expect(first.locator('.bid-link__state[data-link="live"]')).toBeVisible();
    await first.evaluate(() => Object.assign(window, { stays: true }));
    await next.click();
    await expect(said).toHaveAttribute('data-kind', 'accepted');
    await expect(state(card)).toHaveAttribute('data-look', 'leading');
    await expect(next, 'who leads is not urged to raise').not.toHaveClass(/button--primary/);
    expect(await first.evaluate(() => 'stays' in window), 'no reload').toBe(true);
  });

  await test.step('who is outbid is told on the card', async () => {
    await second.goto(lot);
    await expect(second.locator('section#bid')).toHaveAttribute('data-link', 'live');
    await second.getByTestId('quick').first().click();
    await expect(state(card)).toHaveAttribute('data-look', 'outbid');
    await expect(said, 'that it was accepted is not the news any more').toHaveText('');
    await expect(next).toHaveClass(/button--primary/);
  });

  await test.step('without a network the cards say of when they are, and a bid waits', async () => {
    await first.context().setOffline(true);
    await expect(first.locator('.hall')).toHaveAttribute('data-link', 'lost', { timeout: 20_000 });
    await expect(first.locator('[data-list-lost]')).toContainText('连接已中断');
    await expect(state(card)).toContainText('截至');
    await next.click();
    await expect(said).toHaveAttribute('data-kind', 'pending');
    await first.context().setOffline(false);
    await expect(state(card)).toHaveAttribute('data-look', 'leading', { timeout: 20_000 });
    await expect(first.locator('[data-list-lost]')).toHaveText('');
    expect(await first.evaluate(() => 'stays' in window), 'still no reload').toBe(true);
  });
});

function state(card: Locator): Locator {
  return card.locator('[data-live="mine"]');
}

async function sitDown(browser: Browser, login: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, login);
  return page;
}
