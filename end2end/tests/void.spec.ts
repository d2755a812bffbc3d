// A bid is voided by two members of staff: one asks, who asked cannot confirm, another does, and everybody is told.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { dealer, otherDealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

/** The story ends long before the lot does. */
const runsForMs = 600_000;

test('two members of staff void a bid, and dealers read of it on the page of the lot', async ({ browser }) => {
  test.setTimeout(120_000);
  const auctioneer = await personIn(browser, 'auctioneer');
  const { lot } = await makeSale(auctioneer, 'Voided sale', runsForMs, true);
  const office = lot.replace('/auctions/', '/office/');
  const [ada, bob] = [await personIn(browser, dealer), await personIn(browser, otherDealer)];
  let before = '';

  await test.step('ada bids, and bob bids more', async () => {
    await ada.goto(lot);
    await ada.getByTestId('quick').first().click();
    await expect(ada.locator('section#bid')).toHaveAttribute('data-look', 'leading');
    before = await ada.getByTestId('price').innerText();
    await bob.goto(lot);
    await bob.getByTestId('quick').first().click();
    await expect(bob.locator('section#bid')).toHaveAttribute('data-look', 'leading');
    await expect(bob.getByTestId('price')).not.toHaveText(before);
  });

  await test.step("the auctioneer asks that bob's bid be void, and cannot confirm it himself", async () => {
    await auctioneer.goto(office);
    await auctioneer.locator('summary').filter({ hasText: '申请作废' }).click();
    const form = auctioneer.locator('form:has(select[name="bid"])');
    // the newest bid comes first, after the empty choice
    await form.locator('select[name="bid"]').selectOption({ index: 1 });
    await form.locator('select[name="reason"]').selectOption('WRONG_AMOUNT');
    await form.locator('textarea[name="note"]').fill('恒信来电：金额输错');
    await form.locator('button[type="submit"]').click();
    await expect(auctioneer.locator('main').getByText('待他人确认').first()).toBeVisible();
    await expect(auctioneer.locator('summary').filter({ hasText: '确认作废' })).toHaveCount(0);
  });

  await test.step('nothing has changed for the dealers yet', async () => {
    await bob.reload();
    await expect(bob.locator('section#bid')).toHaveAttribute('data-look', 'leading');
  });

  await test.step('another member of staff reads why, and confirms', async () => {
    const second = await personIn(browser, staff);
    await second.goto(office);
    await expect(second.locator('main').getByText('恒信来电：金额输错')).toBeVisible();
    await second.locator('summary').filter({ hasText: '确认作废' }).click();
    await second.locator('form[action$="/confirm"] button[type="submit"]').click();
    await expect(second.locator('main').getByText('已作废').first()).toBeVisible();
  });

  await test.step('both dealers are told; ada leads again at her price, and bob may bid again', async () => {
    for (const page of [ada, bob]) {
      await page.goto(lot);
      await expect(page.locator('main').getByText('已作废：出价金额有误')).toBeVisible();
      await expect(page.getByTestId('price')).toHaveText(before);
    }
    await expect(ada.getByTestId('history').locator('[data-void="true"]')).toHaveCount(1);
    await expect(ada.locator('section#bid')).toHaveAttribute('data-look', 'leading');
    await expect(bob.locator('section#bid')).not.toHaveAttribute('data-look', 'leading');
    await expect(bob.getByTestId('quick').first()).toBeEnabled();
  });
});

async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}
