// Receipts and logs are checked in the browser, by the verifier: what is whole is found whole, and whatever was changed on
// the way is found. The replay of a closed lot plays, and says whether it is proven.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

/** Time for one bid on two busy cores. */
const runsForMs = 40_000;

interface PublishedLog {
  rows: { row: { price_fen: number | null; command: string }; hash: string }[];
  head: string;
}

test('a browser finds out what was changed', async ({ browser }) => {
  test.setTimeout(240_000);
  const office = await sitDown(browser, staff);
  const { lot } = await makeSale(office, 'Proven sale', runsForMs, false);
  const page = await sitDown(browser, dealer);

  await test.step('a bid, and the hammer falls', async () => {
    await page.goto(lot);
    await page.getByTestId('quick').first().click();
    await expect(page.locator('section#bid')).toHaveAttribute('data-look', 'leading');
    const published = async () => (await page.request.get(`${lot}/log.json`)).status();
    await expect.poll(published, { timeout: 3 * runsForMs }).toBe(200);
  });

  const receipt = await (await page.request.get(`${lot}/my-receipt.json`)).json();

  await test.step('a good receipt is good, and does not leave the browser', async () => {
    const sent: string[] = [];
    page.on('request', (request) => sent.push(request.method()));
    await page.goto('/proof');
    await expect(page.locator('input[type="file"]')).toBeVisible();
    await check(page, receipt);
    await expect(receiptSays(page, 'good')).toBeVisible();
    await expect(page.locator('[data-out="amount"]')).toHaveText(yuan(receipt.secret.amount_fen));
    expect(sent).not.toContain('POST');
  });

  await test.step('a changed amount, a changed row and a changed signature are found', async () => {
    await check(page, { ...receipt, secret: { ...receipt.secret, amount_fen: receipt.secret.amount_fen + 100 } });
    await expect(receiptSays(page, 'secret_changed')).toBeVisible();
    await expect(page.locator('[data-result]')).toBeHidden();
    await check(page, { ...receipt, row: { ...receipt.row, admitted_at: receipt.row.admitted_at - 1 } });
    await expect(receiptSays(page, 'row_changed')).toBeVisible();
    const stamp = Buffer.from(receipt.stamp, 'base64');
    stamp[20] ^= 1;
    await check(page, { ...receipt, stamp: stamp.toString('base64') });
    await expect(receiptSays(page, 'not_signed')).toBeVisible();
    await page.locator('textarea').fill('{}');
    await page.locator('[data-verifier="receipt"] button[type="submit"]').click();
    await expect(receiptSays(page, 'unreadable')).toBeVisible();
  });

  await test.step('a file with all evidence is read from the disk', async () => {
    const evidence = await page.request.get(`/my/bids/${receipt.row.key}/evidence.json`);
    const file = { name: 'evidence.json', mimeType: 'application/json', buffer: await evidence.body() };
    await page.locator('input[type="file"]').setInputFiles(file);
    await expect(receiptSays(page, 'good')).toBeVisible();
    await expect(page.locator('[data-verifier="receipt"] [data-state="log"] [data-show="good"]')).toBeVisible();
  });

  const id = lot.split('/').pop()!;

  await test.step('a whole log is checked and agrees with the receipt', async () => {
    await page.goto(`/proof?lot=${id}`);
    await expect(logSays(page, 'log', 'good')).toBeVisible();
    await expect(logSays(page, 'own', 'good')).toBeVisible();
  });

  await test.step('a changed price is found at its row', async () => {
    await published(page, (log) => {
      const bid = log.rows.find(({ row }) => row.command === 'place_max')!;
      bid.row.price_fen! += 100;
    });
    await page.goto(`/proof?lot=${id}`);
    await expect(logSays(page, 'log', 'bad_row')).toBeVisible();
    await expect(page.locator('[data-out="fault"]')).toHaveText(String(receipt.row.seq));
    await page.goto(`${lot}/replay`);
    await expect(page.locator('[data-state="proof"] [data-show="broken"]')).toBeVisible();
  });

  await test.step('a log without its end is whole in itself, but not with the receipt', async () => {
    await published(page, (log) => {
      log.rows = log.rows.slice(0, receipt.row.seq - 1);
      log.head = log.rows[log.rows.length - 1].hash;
    });
    await page.goto(`/proof?lot=${id}`);
    await expect(logSays(page, 'log', 'good')).toBeVisible();
    await expect(logSays(page, 'own', 'bad')).toBeVisible();
  });

  await test.step('the replay is proven, and plays', async () => {
    await page.unroute('**/log.json');
    await page.goto(`${lot}/replay`);
    await expect(page.locator('[data-state="proof"] [data-show="proven"]')).toBeVisible();
    const price = page.locator('[data-out="price"]');
    const atTheEnd = await price.innerText();
    await page.locator('[data-slider]').fill('0');
    await expect(price).toHaveText('—');
    await page.locator('[data-play]').click();
    await expect(page.locator('[data-when="playing"]')).toBeVisible();
    await expect(price).toHaveText(atTheEnd, { timeout: 15_000 });
    await expect(page.locator('[data-when="still"]')).toBeVisible({ timeout: 15_000 });
  });
});

test('a browser that keeps a checkpoint finds out that another one does not continue it', async ({ browser }) => {
  test.setTimeout(240_000);
  const office = await sitDown(browser, staff);
  const sign = async (sale: string) => {
    await makeSale(office, sale, runsForMs, true);
    const headers = { Origin: new URL(office.url()).origin };
    expect((await office.request.post('/proof/checkpoints', { headers })).ok()).toBe(true);
  };
  await sign('Witnessed sale');
  const page = await sitDown(browser, dealer);
  const said = page.locator('[data-verifier="witness"] [data-state="witness"] [data-show]:not([hidden])');
  const says = (word: string) => page.locator(`[data-verifier="witness"] [data-state="witness"] [data-show="${word}"]`);
  const alarm = page.locator('[data-daily]');
  const earlier = await (await page.request.get('/proof/checkpoints/newest')).json();

  await test.step('the first is kept, and the next continues it', async () => {
    await page.goto('/proof');
    // the page after the sign-in may have looked already
    await expect(said).toHaveAttribute('data-show', /^(first|good)$/);
    await sign('Another witnessed sale');
    await page.reload();
    await expect(says('good')).toBeVisible();
    await expect(page.locator('[data-split]')).toBeHidden();
  });

  await test.step('an older one that is shown again is no continuation: loudly, with both files', async () => {
    await page.route('**/proof/checkpoints/newest', (route) => route.fulfill({ json: earlier }));
    await page.reload();
    await expect(says('split')).toBeVisible();
    for (const [link, name] of [
      ['[data-kept]', 'checkpoint-kept.note'],
      ['[data-other]', 'checkpoint-shown.note'],
    ] as const) {
      const file = page.waitForEvent('download');
      await page.locator(link).click();
      expect((await file).suggestedFilename()).toBe(name);
    }
    await page.unroute('**/proof/checkpoints/newest');
  });

  await test.step('every page says so until the person begins anew', async () => {
    await page.goto('/my');
    await expect(alarm).toBeVisible();
    await alarm.locator('a').click();
    await expect(says('split')).toBeVisible();
    await page.locator('[data-forget]').click();
    await expect(says('first')).toBeVisible();
    await page.goto('/my');
    await expect(alarm).toBeHidden();
  });

  await test.step('a day later a page looks by itself', async () => {
    await page.evaluate(() => {
      const [n, since, origin, , ...rest] = localStorage.getItem('luochui.witness')!.split('\n');
      localStorage.setItem('luochui.witness', [n, since, origin, '1', ...rest].join('\n'));
      localStorage.setItem('luochui.witness.at', '0');
    });
    await page.goto('/my');
    await expect(alarm).toBeVisible();
  });
});

async function sitDown(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}

async function check(page: Page, receipt: object): Promise<void> {
  await page.locator('textarea').fill(JSON.stringify(receipt));
  await page.locator('[data-verifier="receipt"] button[type="submit"]').click();
}

function receiptSays(page: Page, word: string) {
  return page.locator(`[data-verifier="receipt"] [data-state="receipt"] [data-show="${word}"]`);
}

function logSays(page: Page, state: string, word: string) {
  return page.locator(`[data-verifier="log"] [data-state="${state}"] [data-show="${word}"]`);
}

/** From now on the browser gets the published log with this change. */
async function published(page: Page, change: (log: PublishedLog) => void): Promise<void> {
  await page.unroute('**/log.json');
  await page.route('**/log.json', async (route) => {
    const answer = await route.fetch();
    const log: PublishedLog = await answer.json();
    change(log);
    await route.fulfill({ response: answer, json: log });
  });
}

function yuan(fen: number): string {
  return `¥${(fen / 100).toLocaleString('en-US')}`;
}
