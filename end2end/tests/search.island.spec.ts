// The finder: open by a key over whatever page, what is typed is answered at once, arrows and Enter lead to it, and no key
// is taken from who types elsewhere.
import { expect, test } from '@playwright/test';
import { signIn, staff } from '../support/people';

test('a desk finds an order of the day by keys alone', async ({ page }) => {
  await signIn(page, staff, '/office/vehicles');
  const finder = page.locator('dialog.finder');
  const field = finder.locator('input');
  const links = finder.locator('a.work__row');

  await test.step('a slash opens it, and what is typed is found while it is typed', async () => {
    await page.keyboard.press('/');
    await expect(field).toBeFocused();
    await page.keyboard.type('RA00000');
    await expect(links.first()).toBeVisible();
    await expect(finder.locator('[role="status"]')).toContainText(/找到 \d+ 条/);
  });

  await test.step('arrows go through it and back to the field', async () => {
    await page.keyboard.press('ArrowDown');
    await expect(links.first()).toBeFocused();
    await page.keyboard.press('ArrowDown');
    await expect(links.nth(1)).toBeFocused();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await expect(field).toBeFocused();
  });

  await test.step('what was typed last is shown, and nothing of before', async () => {
    await field.fill('没有的车');
    await expect(finder).toContainText('没有找到“没有的车”');
    await expect(links).toHaveCount(0);
    await field.fill('');
    await expect(finder.locator('.finder__found')).toBeEmpty();
  });

  await test.step('Escape leaves the page as it was', async () => {
    await page.keyboard.press('Escape');
    await expect(finder).toBeHidden();
    await expect(page).toHaveURL(/\/office\/vehicles$/);
  });

  await test.step('in a field a slash is a slash, and Ctrl-K opens it all the same', async () => {
    const search = page.locator('main input[name="q"]');
    await search.focus();
    await page.keyboard.type('a/b');
    await expect(search).toHaveValue('a/b');
    await expect(finder).toBeHidden();
    await page.keyboard.press('Control+k');
    await expect(field).toBeFocused();
  });

  await test.step('Enter goes to the only thing that is found', async () => {
    await field.fill('inspector');
    await expect(links).toHaveCount(1);
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/office\/users\/[0-9a-f-]{36}$/);
  });

  await test.step('without a network it says so, and Enter asks the whole page', async () => {
    await page.keyboard.press('/');
    await page.route('**/search?q=*', (route) => route.abort());
    await page.keyboard.type('RA000');
    await expect(finder.locator('[role="status"]')).toHaveText('暂时无法搜索，请按回车重试。');
    await page.unroute('**/search?q=*');
    await page.keyboard.press('Enter');
    await expect(page).toHaveURL(/\/search\?q=RA000$/);
    await expect(page.locator('#found a.work__row').first()).toBeVisible();
  });
});
