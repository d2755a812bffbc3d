// The floor of a lane loses its network: the clerk's browser keeps what is called until it can be merged.
import { expect, test } from '@playwright/test';
import { otherDealer, signIn } from '../support/people';

test('what a clerk writes down without a network outlives it, and is merged once', async ({ page, context, browser }) => {
  test.setTimeout(90_000);
  await signIn(page, 'auctioneer', '/office/sales');
  const lane = page.locator('main a[href$="/lane"]').first();
  const floor = (await lane.getAttribute('href'))!.replace(/\/lane$/, '/floor');
  const record = page.locator('textarea[name="lines"]');
  const merge = page.locator('form:has(textarea[name="lines"]) button[type="submit"]');
  let line = '';

  await test.step('a dealer of the floor gets a paddle', async () => {
    await page.goto(floor);
    const give = page.locator('form:has(select[name="dealer_id"])');
    await give.locator('input[name="paddle"]').fill('7');
    await give.locator('select[name="dealer_id"]').selectOption({ index: 1 });
    await give.locator('button[type="submit"]').click();
    await expect(page).toHaveURL(/done=PADDLE_GIVEN/);
  });

  await test.step('a bid from elsewhere moves the price at the desk and in the list of who watches', async () => {
    const watcher = await (await browser.newContext()).newPage();
    await signIn(watcher, otherDealer);
    await watcher.goto(floor.replace('/office/sales/', '/auctions/lanes/').replace(/\/floor$/, ''));
    const price = watcher.getByTestId('price');
    const before = await price.innerText();
    await expect(watcher.locator('section#bid')).toHaveAttribute('data-link', 'live');
    await watcher.getByTestId('quick').first().click();
    await expect(price).not.toHaveText(before);
    const now = await price.innerText();
    await expect(page.locator('#floor-now')).toContainText(now, { timeout: 15_000 });
    await expect(watcher.locator('#run-list .money').first()).toHaveText(now);
  });

  await test.step('the console that loads itself again keeps the focus', async () => {
    await page.goto(floor.replace(/\/floor$/, '/lane'));
    const attention = page.locator('main button').filter({ hasText: '请注意' }).first();
    await attention.focus();
    await page.waitForEvent('load');
    await expect(attention).toBeFocused();
  });

  await test.step('the car on the block goes offline', async () => {
    await page.goto(floor);
    const least = await page.locator('button[name="quick_fen"]').first().getAttribute('value');
    line = `7 ${Number(least) / 100}`;
    await page.locator('summary').filter({ hasText: '离线记录' }).click();
    await page.locator('form[action$="/offline"] button[type="submit"]').click();
    await expect(record).toBeVisible();
  });

  await test.step('without a network nothing is sent and nothing is lost', async () => {
    await context.setOffline(true);
    await record.fill(line);
    await merge.click();
    await expect(page.getByText('还没有网络')).toBeVisible();
    await expect(record).toHaveValue(line);
    await context.setOffline(false);
    await page.goto(floor);
    await expect(record).toHaveValue(line);
    await expect(page.getByText('已存在本机')).toBeVisible();
  });

  await test.step('with it the line counts, the lot goes on, and the browser forgets', async () => {
    await merge.click();
    await expect(page.getByText('合并结果').first()).toBeVisible();
    await expect(page.locator('#merged').getByText('有效')).toBeVisible();
    await expect(page.locator('button[name="quick_fen"]').first()).toBeVisible();
    const kept = await page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith('luochui-floor-')));
    expect(kept).toEqual([]);
  });
});
