// Two stores of one group at one car: the page of one says that the other leads as soon as it does, and no longer than that.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

test('a store is told that a sister leads while it does', async ({ browser }) => {
  test.setTimeout(90_000);
  const { lot } = await makeSale(await sitDown(browser, staff), 'Sisters', 600_000, false);
  const own = await sitDown(browser, 'jiahe');
  await own.goto(lot);
  await expect(own.locator('section#bid')).toHaveAttribute('data-link', 'live');
  const told = own.locator('#sister');
  await expect(told).toBeEmpty();

  const sister = await sitDown(browser, 'jiahe2');
  await sister.goto(lot);
  await sister.getByTestId('quick').first().click();
  await expect(sister.locator('section#bid')).toHaveAttribute('data-look', 'leading');
  await expect(told).toContainText('同集团的另一家门店正领先', { timeout: 15_000 });

  const rival = await sitDown(browser, dealer);
  await rival.goto(lot);
  await rival.getByTestId('quick').first().click();
  await expect(rival.locator('section#bid')).toHaveAttribute('data-look', 'leading');
  await expect(told, 'the way is free again').toBeEmpty({ timeout: 15_000 });
  await expect(rival.locator('#sister'), 'nobody else has such a place').toHaveCount(0);
});

async function sitDown(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}
