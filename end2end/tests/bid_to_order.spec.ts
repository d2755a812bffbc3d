// The main job: staff make a sale, two dealers bid against each other, the hammer falls, the order is there.
import { randomUUID } from 'node:crypto';
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, otherDealer, signIn } from '../support/people';

// the sale is real: it ends this long after it was made
const runsForMs = 60_000;

test('two dealers bid until the hammer falls, and the winner has an order', async ({ browser, baseURL }, info) => {
  test.setTimeout(240_000);
  const live = info.project.name !== 'no-js';
  // each run takes a car of its own
  const car = { js: 0, 'no-js': 1 }[info.project.name] ?? 2;

  const auctioneer = await personIn(browser, 'auctioneer');
  const { lot, title } = await makeSale(auctioneer, car, baseURL!);

  const ada = await personIn(browser, dealer);
  const bob = await personIn(browser, otherDealer);
  await ada.goto(lot);
  await bob.goto(lot);
  await ada.getByTestId('quick').first().click();
  await expect(ada.getByText('您是最高价').first()).toBeVisible();

  // bob knows what he wants: a max above the reserve, which the page would ask him to confirm
  const bid = await bob.request.post(`${lot}/bids`, {
    form: { key: randomUUID(), max: '250000', confirmed: 'on' },
    headers: { Origin: baseURL! },
  });
  expect(bid.url()).toContain('answer=');
  if (!live) await ada.reload();
  await expect(ada.getByText('出价不是最高').first()).toBeVisible();

  const officeLot = lot.replace('/auctions/lots/', '/office/lots/');
  await expect(async () => {
    await auctioneer.goto(officeLot);
    await expect(auctioneer.locator('main').getByText('成交', { exact: true }).first()).toBeVisible();
  }).toPass({ timeout: 120_000 });

  const finance = await personIn(browser, 'finance');
  for (const [page, path] of [[bob, '/my/orders'], [finance, '/office/orders'], [finance, '/office/receivables']] as const) {
    await expect(async () => {
      await page.goto(path);
      await expect(page.locator('main').getByText(title).first()).toBeVisible();
    }).toPass({ timeout: 20_000 });
  }
  await ada.goto('/my/orders');
  await expect(ada.locator('main').getByText(title)).toHaveCount(0);
});

async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}

/** The form's own fields, sent as the form sends them; its times are to the second only this way. */
async function makeSale(page: Page, car: number, origin: string): Promise<{ lot: string; title: string }> {
  await page.goto('/office/sales/new');
  const box = page.locator('input[name="vehicle_id"]').nth(car);
  const vehicle = await box.getAttribute('value');
  const title = (await box.getAttribute('aria-label')) ?? '';
  const key = await page.locator('form:has(input[name="vehicle_id"]) input[name="key"]').getAttribute('value');
  const answer = await page.request.post('/office/sales/new', {
    form: {
      key: key!,
      name: `短场 ${key}`,
      opens_at: local(-60_000),
      first_end_at: local(runsForMs),
      stagger: '0',
      window: '0',
      cap: '0',
      below_reserve: 'full',
      vehicle_id: vehicle!,
    },
    headers: { Origin: origin },
  });
  expect(answer.url(), await answer.text()).toMatch(/\/office\/sales\/[0-9a-f-]+\?done=SALE_CREATED$/);
  await page.goto(answer.url());
  const link = await page.locator('a[href^="/office/lots/"]').first().getAttribute('href');
  return { lot: link!.replace('/office/lots/', '/auctions/lots/'), title };
}

/** Now and so much, as a field for date and time has it in China. */
function local(inMs: number): string {
  return new Date(Date.now() + 8 * 3_600_000 + inMs).toISOString().slice(0, 19);
}
