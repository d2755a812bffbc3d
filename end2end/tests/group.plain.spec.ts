// One person acts for two stores of a group, without a script: the page says for which, and a page of before binds neither.
import { expect, test, type Page } from '@playwright/test';
import { signIn } from '../support/people';
import { makeSale } from '../support/sale';

/** It ends long after the story. */
const runsForMs = 3_600_000;

test('two tabs of one person bid for one store only', async ({ browser }) => {
  test.setTimeout(120_000);
  const auctioneer = await (await browser.newContext()).newPage();
  await signIn(auctioneer, 'auctioneer');
  const made = await makeSale(auctioneer, 'Sale of two stores', runsForMs, true);
  const context = await browser.newContext();
  const [first, second] = [await context.newPage(), await context.newPage()];
  await signIn(first, 'jiahe');

  await test.step('the first tab is opened for the store in Hangzhou', async () => {
    await first.goto(made.lot);
    await expect(store(first)).toHaveText('嘉禾名车杭州店');
  });

  await test.step('in the second one she switches to Shanghai', async () => {
    await second.goto('/my/group');
    await second.locator('main').getByRole('button', { name: '切换到 嘉禾名车上海店' }).click();
    await expect(second).toHaveURL(/\/my\?done=STORE_CHOSEN/);
    await expect(store(second)).toHaveText('嘉禾名车上海店');
    await expect(second.locator('h1')).toHaveText('嘉禾名车上海店');
  });

  await test.step('what the first one still shows binds nobody', async () => {
    await first.locator('button[name="quick_fen"]:visible').first().click();
    await expect(first.locator('main')).toContainText('之后已经切换');
    await expect(first.locator('main')).toContainText('STORE_SWITCHED');
    await expect(store(first), 'and it says for whom she acts').toHaveText('嘉禾名车上海店');
  });

  await test.step('opened again, it bids for Shanghai', async () => {
    await first.goto(made.lot);
    await first.locator('button[name="quick_fen"]:visible').first().click();
    await expect(first.locator('main').getByText('您是最高价').first()).toBeVisible();
    await second.goto('/my/group');
    const shanghai = second.locator('tbody tr').filter({ hasText: '嘉禾名车上海店' });
    // other stories may have it lead other cars, by its paddle
    await expect(shanghai.locator('td.num').nth(1), 'leads a car').toHaveText(/^[1-9]/);
  });

  await test.step('and back, from the line above every page', async () => {
    await second.locator('[data-testid="acting"] summary').click();
    await second.locator('[data-testid="acting"] form button').first().click();
    await expect(store(second)).toHaveText('嘉禾名车杭州店');
    await second.goto(made.lot);
    await expect(second.locator('main').getByText('您是最高价')).toHaveCount(0);
  });
});

/** For whom the page says that one acts. */
function store(page: Page) {
  return page.locator('[data-testid="acting-store"]');
}
