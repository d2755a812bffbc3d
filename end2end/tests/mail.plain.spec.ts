// News by mail, without a script: an address is confirmed by the code that comes, a lost lead arrives there, and the link in it ends
// that for whoever has the mail.
import { expect, test, type Browser, type Page } from '@playwright/test';
import { mailTo, mailsTo } from '../support/mails';
import { dealer, otherDealer, signIn, staff } from '../support/people';
import { makeSale } from '../support/sale';

/** The story ends long before the lot does. */
const runsForMs = 600_000;
const box = 'story@dealer.example';

test('a dealer is told by mail, and has enough of it', async ({ browser }) => {
  test.setTimeout(120_000);
  const office = await personIn(browser, staff);
  const { lot, title } = await makeSale(office, 'Sale of the mail', runsForMs, false);
  const ada = await personIn(browser, dealer);

  await test.step('she types her address, and the code that comes there', async () => {
    await ada.goto('/my/alerts#mail');
    await ada.locator('input[name="address"]').fill(box);
    await ada.getByRole('button', { name: '发送确认码' }).click();
    await expect(ada).toHaveURL(/done=MAIL_CODE_SENT/);
    const { subject } = await mailTo(box, '确认码');
    await ada.locator('input[name="code"]').fill(subject.match(/\d{6}/)![0]);
    await ada.getByRole('button', { name: '确认邮箱' }).click();
    await expect(ada).toHaveURL(/done=MAIL_CONFIRMED/);
    await expect(ada.locator('#mail')).toContainText(box);
  });

  await test.step('she wants to hear of lost leads too', async () => {
    const topic = ada.getByRole('group', { name: '出价被超过' });
    await topic.getByRole('checkbox', { name: '邮件' }).check();
    await ada.getByRole('button', { name: '保存' }).click();
    await expect(ada).toHaveURL(/done=ALERTS_CHOSEN/);
  });

  await test.step('bob outbids her, and the mail leads to the car', async () => {
    const bob = await personIn(browser, otherDealer);
    for (const page of [ada, bob]) {
      await page.goto(lot);
      await page.getByTestId('quick').first().click();
      await expect(page.locator('section#bid')).toHaveAttribute('data-look', 'leading');
    }
    const mail = await mailTo(box, '出价被超过');
    expect(mail.subject).toContain(title);
    expect(mail.text).toContain(lot);
  });

  await test.step('the link in it asks first, and then ends these mails', async () => {
    const reader = await (await browser.newContext()).newPage();
    const { unsubscribe, text } = mailsTo(box).at(-1)!;
    expect(text).toContain(unsubscribe);
    await reader.goto(unsubscribe);
    await reader.getByRole('button', { name: '不再发送这类邮件' }).click();
    await expect(reader.locator('main')).toContainText('已不再用邮件发送');
    await ada.goto('/my/alerts');
    const topic = ada.getByRole('group', { name: '出价被超过' });
    await expect(topic.getByRole('checkbox', { name: '邮件' })).not.toBeChecked();
  });
});

async function personIn(browser: Browser, login: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await signIn(page, login);
  return page;
}
