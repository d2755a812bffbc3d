// An import that waits for its columns: so that there is one to look at.
import { expect, type Page } from '@playwright/test';

const file = ['车源号,品牌,车系,年款,里程(万公里),报价(万元),城市', 'walk-1,远山,S5,2021,3.5,8.9,杭州'].join('\r\n');

/** `page` is signed in as somebody who may import. */
export async function uploadCars(page: Page): Promise<void> {
  await page.goto('/office/vehicles/import');
  await page.locator('input[name="source"]').fill('walk');
  await page
    .locator('input[name="file"]')
    .setInputFiles({ name: 'walk.csv', mimeType: 'text/csv', buffer: Buffer.from(file) });
  await page.locator('form:has(input[name="file"]) button[type="submit"]').click();
  await expect(page).toHaveURL(/\/office\/vehicles\/import\/[0-9a-f-]{36}/);
}
