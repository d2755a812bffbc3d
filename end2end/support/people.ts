// The people of the demo, and how they sign in.
import { expect, type Page } from '@playwright/test';

export const password = 'luochui';

/** Login names of the demo. */
export const dealer = 'yuanxing';
export const otherDealer = 'hengxin';
export const staff = 'admin';

/** By the form, as everybody does: works with and without JavaScript. */
export async function signIn(page: Page, login: string, next = ''): Promise<void> {
  await page.goto(next ? `/sign-in?next=${encodeURIComponent(next)}` : '/sign-in');
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="password"]').fill(password);
  await page.locator('main form button[type="submit"]').first().click();
  await expect(page).not.toHaveURL(/\/sign-in/);
}
