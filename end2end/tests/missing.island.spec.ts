// A field that was left empty is told beside it, in the page's language, and the form goes nowhere until it is filled.
import { expect, test } from '@playwright/test';
import { signIn, staff } from '../support/people';

test('what a form still needs is said beside the field', async ({ page }) => {
  await signIn(page, staff, '/office/vehicles/new');
  const make = page.getByLabel('品牌', { exact: true });
  const line = page.locator('#f-make-missing');
  await page.locator('main form[method="post"] button[type="submit"]').last().click();
  await expect(line).toHaveText('请填写此项。');
  await expect(make, 'the first of them').toBeFocused();
  await expect(make).toHaveAttribute('aria-invalid', 'true');
  await expect(make).toHaveAccessibleDescription(/请填写此项/);
  await expect(page).toHaveURL(/\/office\/vehicles\/new$/);

  await page.keyboard.type('星野');
  await expect(line).toHaveCount(0);
  await expect(make).not.toHaveAttribute('aria-invalid', 'true');
});

test('a format brings its usual numbers, and keeps what somebody typed', async ({ page }) => {
  await signIn(page, staff, '/office/sales/new');
  const [format, soft] = [page.locator('select[name="format"]'), page.locator('input[name="window"]')];
  await expect(soft).toHaveValue('120');
  await format.selectOption('lane');
  await expect(soft).toHaveValue('12');
  await format.selectOption('flash');
  await expect(soft).toHaveValue('60');
  await soft.fill('90');
  await format.selectOption('timed');
  await expect(soft).toHaveValue('90');
});
