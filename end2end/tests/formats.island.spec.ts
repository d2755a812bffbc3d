// The formats without a rising price: their pages follow the lot by themselves.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, otherDealer, signIn, staff } from '../support/people';
import { local, makeSale } from '../support/sale';

test('a car that another takes at a falling price is gone from an open page', async ({ browser }) => {
  test.setTimeout(120_000);
  const office = await sitDown(browser, staff);
  const steps = { format: 'dutch', dutch_start: '110', dutch_steps: '60', dutch_step: '4' };
  const { lot } = await makeSale(office, 'Falling sale', 600_000, true, -60_000, steps);
  const [buyer, late] = [await sitDown(browser, dealer), await sitDown(browser, otherDealer)];
  await buyer.goto(lot);
  await late.goto(lot);
  await expect(panel(late)).toHaveAttribute('data-link', 'live');

  await test.step('the price falls without a reload, and the form with it', async () => {
    const before = await late.getByTestId('price').innerText();
    await expect(late.getByTestId('price')).not.toHaveText(before, { timeout: 10_000 });
    const now = late.locator('#steps tr[data-now]');
    await expect(now).toHaveCount(1);
    await expect(async () => {
      const fen = await late.locator('#take input[name="price_fen"]').inputValue();
      const price = (await late.getByTestId('price').innerText()).replace(/[^0-9]/g, '');
      expect(fen).toBe(`${price}00`);
      await expect(now).toContainText(await late.getByTestId('price').innerText(), { timeout: 500 });
    }).toPass();
  });

  await test.step('what is pressed without a network is not sent later, at a price that has fallen', async () => {
    await late.context().setOffline(true);
    await late.getByTestId('take').click();
    await late.getByTestId('take-confirm').click();
    await expect(panel(late).getByTestId('notice')).toContainText('没有网络');
    await late.context().setOffline(false);
    await expect(panel(late)).toHaveAttribute('data-link', 'live', { timeout: 20_000 });
  });

  await test.step('the first has the car, and the other is told so at once', async () => {
    await buyer.getByTestId('take').click();
    await expect(buyer.locator('#take form')).toContainText('到手');
    await buyer.getByTestId('take-confirm').click();
    await expect(panel(buyer)).toHaveAttribute('data-look', 'won');
    await expect(panel(late)).toContainText('已被其他车商买下');
    await expect(late.getByTestId('take')).toBeHidden();
    await expect(late.locator('#steps')).toBeHidden();
    await expect(late.getByTestId('price'), 'what it was sold for').toHaveText(await buyer.getByTestId('price').innerText());
  });
});

test('a sealed offer is made and changed on an open page, which says how it ends', async ({ browser }) => {
  const runsForMs = 40_000;
  test.setTimeout(150_000);
  const office = await sitDown(browser, staff);
  const { lot } = await makeSale(office, 'Sealed sale', runsForMs, true, -60_000, { format: 'sealed_first' });
  const [high, low] = [await sitDown(browser, dealer), await sitDown(browser, otherDealer)];
  await high.goto(lot);
  await low.goto(lot);
  await expect(panel(low)).toHaveAttribute('data-link', 'live');
  const start = Number((await low.getByTestId('price').innerText()).replace(/[^0-9]/g, ''));
  // the reserve lies a quarter above the start price
  const best = Math.ceil((start * 1.3) / 1_000) * 1_000;

  await test.step('each sees his own offer and nothing of the other', async () => {
    await offer(low, start + 1_000);
    await expect(panel(low)).toContainText('已报价');
    await offer(high, best);
    await offer(low, start + 1_500);
    await expect(low.getByTestId('price')).toHaveText(`¥${(start + 1_500).toLocaleString('en')}`);
    await expect(panel(low)).not.toContainText(best.toLocaleString('en'));
    await expect(panel(low).getByTestId('quick')).toHaveCount(0);
  });

  await test.step('at the end both pages tell by themselves', async () => {
    await expect(panel(high)).toHaveAttribute('data-look', 'won', { timeout: 2 * runsForMs });
    await expect(panel(low)).toContainText('未竞得', { timeout: 10_000 });
    await expect(low.locator('#offer')).toBeHidden();
    await expect(low.getByTestId('price')).toHaveText(`¥${best.toLocaleString('en')}`);
  });
});

test('an open page follows a sale that is moved, and says why it is called off', async ({ browser }) => {
  test.setTimeout(90_000);
  const office = await sitDown(browser, staff);
  const { lot, sale } = await makeSale(office, 'Moved sale', 7_200_000, true, 1_800_000);
  const change = `/office/sales/${sale}/change`;
  const watcher = await sitDown(browser, dealer);
  await watcher.goto(lot);
  await expect(panel(watcher)).toHaveAttribute('data-link', 'live');
  const opens = watcher.locator('.bid-clock__at');
  const before = await opens.innerText();

  await office.goto(change);
  await office.locator('input[name="opens_at"]').fill(local(3_600_000).slice(0, 16));
  await office.locator('form:has(input[name="opens_at"]) button[type="submit"]').click();
  await expect(office).toHaveURL(/done=SALE_CHANGED/);
  await expect(opens, 'the new time, without a reload').not.toHaveText(before);
  await expect(watcher.getByTestId('time-left')).toHaveText(/^(59|1:00):/);

  await office.goto(change);
  const form = office.locator('form:has(input[value="call_off"])');
  await office.locator('details:has(input[value="call_off"]) > summary').click();
  await form.locator('input[name="reason"]').fill('卖方撤回');
  await form.locator('button[type="submit"]').click();
  await expect(office).toHaveURL(/done=SALE_CALLED_OFF/);
  await expect(watcher.getByText('卖方撤回').first(), 'why, without a hand on the page').toBeVisible();
  await expect(watcher.locator('#pre-bid')).toBeHidden();
});

async function sitDown(browser: Browser, login: string): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  await signIn(page, login);
  return page;
}

function panel(page: Page) {
  return page.locator('section#bid');
}

async function offer(page: Page, yuan: number): Promise<void> {
  await page.locator('#max').fill(String(yuan));
  await page.getByTestId('place-max').click();
  await expect(page.getByTestId('my-max')).toContainText(yuan.toLocaleString('en'));
}
