// The floor of a lane loses its network: the clerk's browser keeps what is called until it can be merged.
import { expect, test } from '@playwright/test';
import { signIn } from '../support/people';

test('what a clerk writes down without a network outlives it, and is merged once', async ({ page, context }) => {
  test.setTimeout(90_000);
  await signIn(page, 'auctioneer', '/office/sales');
  const lane = page.locator('main a[href$="/lane"]').first();
  const floor = (await lane.getAttribute('href'))!.replace(/\/lane$/, '/floor');
  const record = page.locator('textarea[name="lines"]');
  const merge = page.locator('form:has(textarea[name="lines"]) button[type="submit"]');
  let line = '';

  await test.step('a dealer of the floor gets a paddle, and the car on the block goes offline', async () => {
    await page.goto(floor);
    const give = page.locator('form:has(select[name="dealer_id"])');
    await give.locator('input[name="paddle"]').fill('7');
    await give.locator('select[name="dealer_id"]').selectOption({ index: 1 });
    await give.locator('button[type="submit"]').click();
    await expect(page).toHaveURL(/done=PADDLE_GIVEN/);
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
