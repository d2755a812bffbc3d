// Whoever is signed in finds a car from any page by its VIN: by the link and the page of the search, with and without a
// script.
import { expect, test } from '@playwright/test';
import { dealer, signIn, staff } from '../support/people';

/** The demo's first car. */
const vin = /LDEMCAR0.RA000000/;

test('a dealer follows the glass in the head to a car', async ({ page, javaScriptEnabled }) => {
  await signIn(page, dealer);
  await page.getByTestId('finder').first().click();
  const field = page.locator(javaScriptEnabled ? 'dialog.finder input' : 'main input[name="q"]');
  await expect(field, 'whoever came here means to type').toBeFocused();
  await field.fill('RA000000');
  await field.press('Enter');
  await expect(page).toHaveURL(/\/search\?q=RA000000$|\/auctions\/lots\//);
  if (page.url().includes('/search')) {
    const found = page.locator('#found');
    await expect(found).toContainText(vin);
    await found.getByRole('link').first().click();
  }
  await expect(page).toHaveURL(/\/auctions\/lots\/[0-9a-f-]{36}$/);
  await expect(page.locator('main')).toContainText(vin);
});

test('staff read of each kind what there is, and where nothing is, what to do', async ({ page }) => {
  await signIn(page, staff);
  await page.goto('/search?q=RA000000');
  const found = page.locator('#found');
  for (const kind of ['车辆', '拍品']) await expect(found.getByRole('heading', { name: kind, exact: true })).toBeVisible();
  await found.getByRole('link', { name: vin }).first().click();
  await expect(page).toHaveURL(/\/office\/vehicles\//);
  await page.goto('/search?q=%E6%B2%A1%E6%9C%89%E7%9A%84%E8%BD%A6');
  await expect(found).toContainText('没有找到“没有的车”');
});
