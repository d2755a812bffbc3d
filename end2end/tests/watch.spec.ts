// A dealer keeps an eye on a car from the hall: a button on its card, a filter that shows nothing else, and the same button to let
// it go.
import { expect, test } from '@playwright/test';
import { dealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

test('a car is watched from its card, found among what is watched, and let go', async ({ browser, javaScriptEnabled }) => {
  const office = await (await browser.newContext()).newPage();
  await signIn(office, staff);
  const { lot } = await makeSale(office, 'Watch sale', 3_600_000, false);
  const page = await (await browser.newContext({ javaScriptEnabled })).newPage();
  await signIn(page, dealer);
  await page.goto('/auctions?q=Watch+sale');
  const card = page.locator(`[data-lot="${lot.split('/').pop()}"]`);
  const button = card.locator('.lot-card__watch');
  await expect(button).toHaveAttribute('aria-pressed', 'false');
  await expect(button).toHaveAccessibleName(/^关注.+/);

  await test.step('a press says so, and the hall stays as it was filtered', async () => {
    await page.locator('h1').evaluate((heading) => heading.setAttribute('data-stays', ''));
    await button.click();
    await expect(button).toHaveAttribute('aria-pressed', 'true');
    await expect(page).toHaveURL(/\/auctions\?q=Watch(\+|%20)sale/);
    await expect(page.locator('h1[data-stays]'), 'with a script nothing is loaded again').toHaveCount(javaScriptEnabled ? 1 : 0);
  });

  await test.step('the filter shows what is watched and nothing else', async () => {
    await page.getByLabel('只看关注').check();
    await page.locator('.filter button[type="submit"]').click();
    await expect(card).toBeVisible();
    await expect(page.locator('.lot-card__watch[aria-pressed="false"]')).toHaveCount(0);
    await expect(page.getByRole('link', { name: '移除筛选：只看关注' })).toBeVisible();
  });

  await test.step('it stays let go', async () => {
    await button.click();
    await expect(page.locator('.lot-card__watch[aria-pressed="true"]').and(button)).toHaveCount(0);
    await page.goto('/my/bids?view=watched');
    await expect(card).toHaveCount(0);
  });
});
