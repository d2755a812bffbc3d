// Language and theme: chosen by a click, kept, with and without JavaScript.
import { expect, test, type Page } from '@playwright/test';
import { inMenu } from '../support/menu';
import { signIn } from '../support/people';

/** The choice is kept with the person: nobody else's story may be theirs. */
const reader = 'yuanxing2';

test('the language is switched and kept', async ({ page }) => {
  await signIn(page, reader);
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

async function choose(page: Page, name: string, value: string): Promise<void> {
  await (await inMenu(page, `form[action="/settings/appearance"] button[name="${name}"][value="${value}"]`)).click();
}

function background(page: Page): Promise<string> {
  return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
}
