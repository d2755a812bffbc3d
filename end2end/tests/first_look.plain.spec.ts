// The first look of the seller's group, without a script: before the sale opens another store of the group takes the car; who had a max
// on it is told, and never saw that it could be taken.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { dealer, otherDealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

/** It opens and ends long after the story. */
const [opensInMs, runsForMs] = [3_600_000, 7_200_000];

test('a store of the seller’s group takes a car before it opens', async ({ browser }) => {
  test.setTimeout(120_000);
  const mark = randomUUID().slice(0, 8);
  const [seller, group] = [`送拍门店${mark}`, `首看集团${mark}`];
  const office = await personIn(browser, staff);

  await test.step('the seller and another store are of one group', async () => {
    const company = { key: randomUUID(), name: seller, city: '杭州', phone: `139${Date.now().toString().slice(-8)}` };
    const made = await send(office, '/office/dealers/new', company);
    await joins(office, new URL(made.url()).pathname, group);
    await office.goto('/office/dealers?q=恒信');
    const store = await office.locator('main a[href^="/office/dealers/"]').filter({ hasText: '恒信' }).first().getAttribute('href');
    await joins(office, store!, group);
  });

  const auctioneer = await personIn(browser, 'auctioneer');
  const rule = { first_look: '24', first_look_price: '90' };
  const made = await makeSale(auctioneer, 'First look', runsForMs, true, opensInMs, rule, { seller_name: seller });
  const [ada, store] = [await personIn(browser, dealer), await personIn(browser, otherDealer)];

  await test.step('ada gives a max, and finds nothing of the first look', async () => {
    await ada.goto(made.lot);
    await expect(ada.getByTestId('first-look')).toHaveCount(0);
    const form = ada.locator('form:has(input[name="form"][value="pre_bid"])');
    await form.locator('input[name="max"]').fill('75000');
    await form.locator('button[type="submit"]').click();
    await expect(ada.locator('main').getByText('您的预先委托价').first()).toBeVisible();
  });

  await test.step('the store takes it at the shadow price', async () => {
    await expect(async () => {
      await store.goto(made.lot);
      await expect(store.getByTestId('first-look')).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
    const panel = store.getByTestId('first-look');
    await panel.locator('summary').filter({ hasText: '按 ¥90,000 取得' }).click();
    await panel.locator('button[type="submit"]').click();
    await expect(store.locator('main').getByText('卖方集团的门店在开拍前取得了本车').first()).toBeVisible();
  });

  await test.step('ada is told that it does not open', async () => {
    await expect(async () => {
      await ada.goto('/my/alerts');
      await expect(ada.locator('main').getByText('卖方集团内部调拨').first()).toBeVisible({ timeout: 1_000 });
    }).toPass({ timeout: 20_000 });
  });
});

async function joins(page: Page, path: string, group: string): Promise<void> {
  await page.goto(path);
  const form = page.locator('form:has(input[name="form"][value="facts"])');
  const value = (name: string) => form.locator(`input[name="${name}"]`).inputValue();
  const facts = { name: await value('name'), city: await value('city'), phone: '', group };
  await send(page, path, { form: 'facts', key: randomUUID(), ...facts });
}

async function send(page: Page, path: string, form: Record<string, string>) {
  const answer = await page.request.post(path, { form, headers: { Origin: new URL(page.url()).origin } });
  expect(answer.url(), await answer.text()).toContain('?done=');
  return answer;
}

async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await signIn(page, login);
  return page;
}
