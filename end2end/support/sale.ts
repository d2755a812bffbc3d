// A sale of one car that ends within the story, made by the office's form.
import { expect, type APIResponse, type Page } from '@playwright/test';
import { makeCar } from './car';

/** The sale's id, the dealers' address of its one lot, and the car's title. */
export interface ShortSale {
  sale: string;
  lot: string;
  title: string;
}

/**
 * `page` is signed in as somebody who may make sales. The lot is open already and ends `runsForMs` from now. The car is
 * one that is sold for any bid, or one that has a reserve. With `opensInMs` it opens later instead; `format` has
 * the fields of another format, `facts` other facts of the car.
 */
export async function makeSale(
  page: Page,
  name: string,
  runsForMs: number,
  hasReserve: boolean,
  opensInMs = -60_000,
  format: Record<string, string> = {},
  facts: Record<string, string> = {},
): Promise<ShortSale> {
  const { id, title } = await makeCar(page, hasReserve, facts);
  // the auction hears of a priced car a moment later
  await expect(async () => {
    await page.goto('/office/sales/new');
    await expect(page.locator(`input[name="vehicle_id"][value="${id}"]`)).toHaveCount(1, { timeout: 500 });
  }).toPass();
  const key = await page.locator('form:has(input[name="vehicle_id"]) input[name="key"]').getAttribute('value');
  const answer = await send(page, name, [opensInMs, runsForMs], { key: key!, vehicle_id: id, ...format });
  expect(answer.url(), await answer.text()).toMatch(/\/office\/sales\/[0-9a-f-]{36}\?done=SALE_CREATED$/);
  await page.goto(answer.url());
  const link = await page.locator('main a[href^="/office/lots/"]').first().getAttribute('href');
  const [, sale] = answer.url().match(/\/office\/sales\/([0-9a-f-]{36})/)!;
  return { sale: sale!, lot: link!.replace('/office/', '/auctions/'), title };
}

/** As the form sends it: people type minutes, and a story has no time for that. */
function send(
  page: Page,
  name: string,
  [opensInMs, runsForMs]: [number, number],
  more: Record<string, string>,
): Promise<APIResponse> {
  return page.request.post('/office/sales/new', {
    form: {
      name,
      opens_at: local(opensInMs),
      first_end_at: local(runsForMs),
      stagger: '0',
      window: '5',
      cap: '60',
      below_reserve: 'full',
      deposit: '0',
      ...more,
    },
    headers: { Origin: new URL(page.url()).origin },
  });
}

/** Now and so much, as a field for date and time shows it in the product's zone. */
export function local(inMs: number): string {
  return new Date(Date.now() + inMs + 8 * 3_600_000).toISOString().slice(0, 19);
}
