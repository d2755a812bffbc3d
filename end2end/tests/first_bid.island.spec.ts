// A dealer's first bid on a lot: the page says at once that the lot is watched, and what is typed ten times too high is asked
// about with what the car is worth.
import { expect, test } from '@playwright/test';
import { dealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

test('the first bid watches the lot, and a slipped digit is asked about', async ({ browser }) => {
  test.setTimeout(90_000);
  const office = await (await browser.newContext()).newPage();
  await signIn(office, staff);
  const { lot } = await makeSale(office, 'First bid', 600_000, true);
  const page = await (await browser.newContext()).newPage();
  await signIn(page, dealer, lot);
  const watch = page.locator('form[action$="/watch"] button').filter({ visible: true });
  await expect(watch).toHaveText('关注');
  await expect(page.locator('section#bid')).toHaveAttribute('data-link', 'live');

  await page.getByTestId('quick').first().click();
  await expect(page.locator('section#bid')).toHaveAttribute('data-look', 'leading');
  await expect(watch, 'one button, for what can be done now').toHaveText('取消关注');

  await page.locator('#max').fill('9000000');
  await page.getByTestId('place-max').click();
  const question = page.getByTestId('confirm');
  await expect(question).toBeFocused();
  await expect(question).toContainText('指导价');
  await question.getByRole('link').click();
  await expect(question).toHaveCount(0);

  // it can be taken off the list all the same
  await watch.click();
  await expect(watch).toHaveText('关注');
});
