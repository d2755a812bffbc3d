// A car with photos, from the yard to the phone of a dealer: taken in, photographed, inspected with readings, priced, put
// into a sale. Its pages fit every screen, and the bid is one key behind the photos.
import { expect, test, type Page } from '@playwright/test';
import { randomVin } from '../support/car';
import { dealer, signIn, staff } from '../support/people';

/** A phone in a yard, a phone, a desk, and a desk at twice its size. */
const screens = [
  { width: 360, height: 740 },
  { width: 390, height: 844 },
  { width: 1440, height: 900 },
  { width: 720, height: 450 },
];

test('a car with photos is seen whole, and bid on by the keyboard', async ({ page, browser, baseURL, javaScriptEnabled }, info) => {
  test.setTimeout(90_000);
  await signIn(page, staff);
  const title = `影像一号 ${info.project.name} ${Date.now()}`;
  const car = await takeIn(page, title);
  await addPhotos(page, car);
  await inspectAndPrice(page, car);
  const lot = await offer(page, car);

  await page.goto(`/office/vehicles?q=${encodeURIComponent(title)}`);
  const row = page.locator('tbody tr');
  expect((await row.boundingBox())!.height, 'rows are dense, with photos too').toBeLessThanOrEqual(40);
  await expect(row.locator('.photo img')).toBeVisible();

  const context = await browser.newContext({ baseURL, javaScriptEnabled });
  const phone = await context.newPage();
  await signIn(phone, dealer);
  for (const screen of screens) {
    await phone.setViewportSize(screen);
    for (const address of [`/auctions?q=${encodeURIComponent(title)}`, lot]) {
      await phone.goto(address);
      expect(await overflow(phone), `${address} at ${screen.width}`).toBeLessThanOrEqual(0);
    }
    const photo = await phone.locator('.gallery__photo').first().boundingBox();
    expect(photo!.height, `the photo leaves room at ${screen.width}`).toBeLessThan(screen.height * 0.75);
  }
  for (const reading of ['1.4 mm', '240 µm', 'P0301']) await expect(phone.locator('.measured')).toContainText(reading);
  await phone.locator('a.skip-link[href="#bid"]').focus();
  await phone.keyboard.press('Enter');
  await phone.keyboard.press('Tab');
  const inPanel = await phone.evaluate(() => Boolean(document.activeElement?.closest('#bid')));
  expect(inPanel, 'the next thing behind the skip link is a part of the bid').toBe(true);
  await context.close();
});

async function takeIn(page: Page, title: string): Promise<string> {
  await page.goto('/office/vehicles/new');
  const fields = { make: '影像', model: '一号', title, model_year: '2021', mileage: '32000', city: '杭州' };
  for (const [name, value] of Object.entries(fields)) await page.locator(`main [name="${name}"]`).fill(value);
  await page.locator('main [name="vin"]').fill(randomVin());
  await page.locator('main form button[type="submit"]').last().click();
  if (await page.locator('[name="vin_confirmed"]').count()) {
    await page.locator('[name="vin_confirmed"]').check();
    await page.locator('main form button[type="submit"]').last().click();
  }
  await expect(page).toHaveURL(/done=VEHICLE_RECEIVED/);
  return new URL(page.url()).pathname;
}

/** What is on the screen serves as a photo: upright and lying. */
async function addPhotos(page: Page, car: string): Promise<void> {
  const shots: Buffer[] = [];
  for (const size of [{ width: 1200, height: 900 }, { width: 700, height: 1200 }]) {
    await page.setViewportSize(size);
    shots.push(await page.screenshot({ type: 'jpeg' }));
  }
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.goto(car);
  await page.locator('details:has(input[name="photos"]) > summary').click();
  const files = shots.map((buffer, n) => ({ name: `${n}.jpg`, mimeType: 'image/jpeg', buffer }));
  await page.locator('input[name="photos"]').setInputFiles(files);
  await page.locator('form:has(input[name="photos"]) button[type="submit"]').click();
  await expect(page).toHaveURL(/done=PHOTOS_ADDED/);
}

async function inspectAndPrice(page: Page, car: string): Promise<void> {
  const inspect = page.locator('form:has(input[name="tread_left_front"])');
  await page.locator('details:has(input[name="tread_left_front"]) > summary').click();
  await inspect.locator('[name="score"]').fill('80');
  await inspect.locator('[name="tread_left_front"]').fill('1.4');
  await inspect.locator('[name="paint_bonnet"]').fill('240');
  await inspect.locator('[name="fault_codes"]').fill('p0301');
  await inspect.locator('button[type="submit"]').click();
  await expect(page).toHaveURL(/done=VEHICLE_INSPECTED/);
  await page.goto(car);
  const price = page.locator('form:has(input[name="guide"])');
  await price.locator('[name="guide"]').fill('100000');
  await price.locator('[name="start"]').fill('70000');
  await price.locator('button[type="submit"]').click();
  await expect(page).toHaveURL(/done=VEHICLE_PRICED/);
}

/** The dealers' address of its lot, which is open. The auction hears of a priced car a moment later. */
async function offer(page: Page, car: string): Promise<string> {
  const id = car.split('/').pop()!;
  const choice = page.locator(`input[name="vehicle_id"][value="${id}"]`);
  await expect(async () => {
    await page.goto('/office/sales/new');
    await expect(choice).toHaveCount(1, { timeout: 500 });
  }).toPass();
  const key = await page.locator('form:has(input[name="vehicle_id"]) input[name="key"]').getAttribute('value');
  const local = (inMs: number) => new Date(Date.now() + inMs + 8 * 3_600_000).toISOString().slice(0, 19);
  const answer = await page.request.post('/office/sales/new', {
    form: {
      key: key!,
      name: '照片专场',
      opens_at: local(-60_000),
      first_end_at: local(3_600_000),
      stagger: '0',
      window: '5',
      cap: '60',
      below_reserve: 'full',
      deposit: '0',
      vehicle_id: id,
    },
    headers: { Origin: new URL(page.url()).origin },
  });
  expect(answer.url(), await answer.text()).toMatch(/done=SALE_CREATED$/);
  await page.goto(answer.url());
  const link = await page.locator('main a[href^="/office/lots/"]').first().getAttribute('href');
  return link!.replace('/office/', '/auctions/');
}

function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}
