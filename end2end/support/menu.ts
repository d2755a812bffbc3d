// The account menu: folded away in a <details> on dealers' pages and on narrow screens; opens without a script.
import type { Locator, Page } from '@playwright/test';

/** The first such element that can be seen, after opening the menus if there is none. */
export async function inMenu(page: Page, selector: string): Promise<Locator> {
  const visible = page.locator(selector).locator('visible=true').first();
  if ((await visible.count()) === 0) {
    const menu = page.locator(`details:not([open]):has(${selector}) > summary`).locator('visible=true').first();
    await menu.click();
  }
  return visible;
}
