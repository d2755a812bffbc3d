// The main story: staff make a sale, two dealers bid against each other live, the hammer falls, and the order, the
// receivable and the sold car follow. Other stories find its records, so it runs before them.
import { expect, test, type Browser, type Locator, type Page } from '@playwright/test';
import { dealer, otherDealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

/** Enough for two people to bid on two busy cores. */
const runsForMs = 100_000;

test('from a new sale to the order', async ({ browser }) => {
  test.setTimeout(300_000);
  const office = await sitDown(browser, staff);
  const { lot, title } = await test.step('staff make a sale of one car', () => makeSale(office, 'Live sale', runsForMs, false));
  const [first, second] = [await sitDown(browser, dealer), await sitDown(browser, otherDealer)];
  await first.goto(lot);
  await second.goto(lot);

  await test.step('two dealers bid against each other', async () => {
    await lead(first);
    await lead(second);
    await expect(panel(first), 'the first is told at once').toHaveAttribute('data-look', 'outbid');
    await expect(first.getByTestId('price')).toHaveText(await second.getByTestId('price').innerText());
    await expect(first.locator('[data-landed="now-car"]')).toHaveText(await first.getByTestId('price').innerText());
    await expect(first.locator('[data-landed="next-car"]')).toHaveText(await first.getByTestId('min-next').innerText());
    await expect(first.locator('[data-landed="mine-total"]')).toContainText('¥');
  });

  await test.step('a bid that is pressed without a network waits for it on its page', async () => {
    const address = first.url();
    await first.context().setOffline(true);
    await expect(panel(first)).toHaveAttribute('data-link', 'lost', { timeout: 20_000 });
    await first.getByTestId('quick').first().click();
    await first.context().setOffline(false);
    await expect(panel(first)).toHaveAttribute('data-look', 'leading', { timeout: 20_000 });
    expect(first.url(), 'the browser has not gone to a page of its own').toBe(address);
    await lead(second);
  });

  await test.step('the hammer falls', async () => {
    await expect(panel(second)).toHaveAttribute('data-look', 'won', { timeout: 2 * runsForMs });
    await expect(panel(first)).toHaveAttribute('data-look', 'over', { timeout: 10_000 });
    await expect(panel(first), 'why it was lost').toContainText('成交价');
    await expect(first.locator('[data-landed="now-label"]')).toHaveText('成交价');
    await expect(first.locator('[data-landed="next-car"]')).toBeHidden();
  });

  await test.step('the card of what was won shows what it costs, and nothing that could change', async () => {
    await second.goto('/my/bids');
    await expect(second.locator('.lot-card').filter({ hasText: title }).first()).toContainText('成交价');
  });

  await test.step('the winner practises on the same car; the run stands still for whoever looks at it later', async () => {
    await second.goto('/my/practice');
    await second.locator('tr', { hasText: title }).getByRole('button').click();
    await expect(second).toHaveURL(/\/my\/practice\/[0-9a-f-]{36}$/);
    const price = second.getByTestId('price');
    await second.getByTestId('quick').first().click();
    await expect(second.getByTestId('notice')).toBeVisible();
    await expect(second.getByText('这是练习，不是真实竞价。')).toBeVisible();
    await expect(price).toBeVisible();
    const left = await second.getByTestId('time-left').innerText();
    await expect(second.getByTestId('time-left'), 'it goes on by itself').not.toHaveText(left);
    await second.locator('form:has(input[value="pause"]) button').click();
    await expect(second.locator('form:has(input[value="go_on"]) button')).toBeVisible();
    await expect(second.getByTestId('quick')).toHaveCount(0);
  });

  await test.step('the winner has an order, the other none', async () => {
    await appears(second, '/my/orders', 'main a[href^="/my/orders/"]');
    await second.locator('main a[href^="/my/orders/"]').first().click();
    await expect(second.locator('h1')).toBeVisible();
    const order = new URL(second.url()).pathname;
    const answer = await first.goto(order);
    expect(answer?.status(), "another dealer's order does not exist").toBe(404);
  });

  await test.step('staff see the order and the receivable', async () => {
    await appears(office, '/office/orders', 'main a[href^="/office/orders/"]');
    await appears(office, '/office/receivables', 'main a[href^="/office/receivables/"]');
  });
});

async function sitDown(browser: Browser, login: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, login);
  return page;
}

function panel(page: Page): Locator {
  return page.locator('section#bid');
}

/** Bids by the quick button until this dealer leads; the other's max may stand in between. */
async function lead(page: Page): Promise<void> {
  await expect(async () => {
    if ((await panel(page).getAttribute('data-look')) !== 'leading') {
      await page.getByTestId('quick').first().click({ timeout: 3_000 });
    }
    await expect(panel(page)).toHaveAttribute('data-look', 'leading', { timeout: 3_000 });
  }).toPass({ timeout: 25_000 });
}

/** Events travel on their own time. */
async function appears(page: Page, address: string, selector: string): Promise<void> {
  await expect(async () => {
    await page.goto(address);
    await expect(page.locator(selector).first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 20_000 });
}
