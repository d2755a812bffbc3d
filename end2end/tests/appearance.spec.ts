// Language and theme: chosen by a click, kept, with and without JavaScript.
import { expect, test } from '@playwright/test';
import { dealer, signIn } from '../support/people';

test('the language is switched and kept', async ({ page }) => {
  await signIn(page, dealer);
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await choose(page, 'lang', 'en');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.goto('/settings');
  await expect(page.locator('html'), 'on the next page too').toHaveAttribute('lang', 'en');
  await choose(page, 'lang', 'zh-CN');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
});

test('the theme is switched and kept', async ({ page }) => {
  await page.goto('/sign-in');
  const light = await background(page);
  await choose(page, 'theme', 'dark');
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  expect(await background(page)).not.toBe(light);
  await page.goto('/sign-in');
  await expect(page.locator('html'), 'on the next page too').toHaveAttribute('data-theme', 'dark');
});

async function choose(page: import('@playwright/test').Page, name: string, value: string): Promise<void> {
  const button = page.locator(`form[action="/settings/appearance"] button[name="${name}"][value="${value}"]`).first();
  if (!(await button.isVisible())) {
    // folded away in a menu that opens without a script
    await page.locator('details:has(form[action="/settings/appearance"]) > summary').first().click();
  }
  await button.click();
}

function background(page: import('@playwright/test').Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.body).backgroundColor);
}
