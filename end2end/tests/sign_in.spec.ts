// Signing in and out, and what strangers and others may not see.
import { expect, test } from '@playwright/test';
import { inMenu } from '../support/menu';
import { dealer, password, signIn, staff } from '../support/people';

test('a dealer signs in, and out again', async ({ page }) => {
  await signIn(page, dealer);
  await expect(page.locator('h1')).toBeVisible();
  await (await inMenu(page, 'form[action="/sign-out"] button')).click();
  await expect(page).toHaveURL(/\/sign-in/);
  await page.goto('/my/orders');
  await expect(page, 'the session is over').toHaveURL(/\/sign-in/);
});

test('staff start in the office', async ({ page }) => {
  await signIn(page, staff);
  await expect(page).toHaveURL(/\/office/);
});

test('who is not signed in comes back to the page they wanted', async ({ page }) => {
  await page.goto('/settings');
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await page.locator('input[name="login"]').fill(dealer);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('main form button[type="submit"]').first().click();
  await expect(page).toHaveURL(/\/settings$/);
});

test('a wrong password is refused with the name kept', async ({ page }) => {
  await page.goto('/sign-in');
  await page.locator('input[name="login"]').fill('nobody');
  await page.locator('input[name="password"]').fill('wrong password');
  await page.locator('main form button[type="submit"]').first().click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await expect(page.locator('input[name="login"]')).toHaveValue('nobody');
  await expect(page.locator('input[name="password"]')).toHaveValue('');
});

test('a dealer does not get into the office', async ({ page }) => {
  await signIn(page, dealer);
  const answer = await page.goto('/office');
  expect(answer?.status()).toBe(403);
});
