// What the stories of negotiations share: persons without scripts, and pages that are as old as their last loading.
import { expect, type Browser, type Page } from '@playwright/test';
import { signIn } from './people';

/** The amount in `接受 ¥102,200`. */
export function yuan(text: string): number {
  return Number(text.replace(/[^0-9]/g, ''));
}

export async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page, login);
  return page;
}

/** Lots close and events travel on their own time, and a page without scripts is as old as its last loading. */
export async function appears(page: Page, address: string, text: string): Promise<void> {
  await expect(async () => {
    await page.goto(address);
    await expect(page.locator('main').getByText(text).first()).toBeVisible({ timeout: 1_000 });
  }).toPass({ timeout: 120_000 });
}
