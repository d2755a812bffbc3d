// News in this browser: turned on with a press, shown by the service worker in whatever language it comes, opened at its lot,
// turned off again. Chromium here has no push service: its address is made up, and what would come from there is handed to the
// worker by the browser's own tools.
import { expect, test, type BrowserContext, type CDPSession, type Page, type Worker } from '@playwright/test';
import { otherDealer, signIn } from '../support/people';

test('a dealer is told in this browser', async ({ browser, baseURL }) => {
  const origin = new URL(baseURL!).origin;
  const context = await browser.newContext();
  await context.grantPermissions(['notifications'], { origin });
  await context.addInitScript(pretend);
  const page = await context.newPage();
  await signIn(page, otherDealer, '/my/alerts');
  const block = page.locator('#devices');

  await test.step('one press turns it on', async () => {
    await block.getByRole('button', { name: '开启通知' }).click();
    await expect(page).toHaveURL(/done=DEVICE_ADDED/);
    await expect(block.locator('li')).toHaveCount(1);
    await expect(block.locator('li')).toContainText('本设备');
    await expect(block.locator('form[data-push-on]')).toBeHidden();
  });

  const worker = await workerOf(context);
  const push = await pusher(context, page, origin);
  await test.step('news is shown, and the same news once', async () => {
    const news = { title: 'Outbid', body: '大众 朗逸', url: '/auctions', lang: 'en', tag: 'a-lot', at: 1 };
    await push(news);
    await expect.poll(() => shown(page)).toEqual([['Outbid', '大众 朗逸', 'en']]);
    await push(news);
    await push({ ...news, title: 'Won', at: 2 });
    await expect.poll(() => shown(page)).toEqual([['Won', '大众 朗逸', 'en']]);
    // the push service held it back, and delivers it after what is newer
    await push({ ...news, title: 'Ending soon' });
    await push({ ...news, tag: 'another', title: '即将结束', lang: 'zh-CN' });
    await expect.poll(async () => (await shown(page)).map(([title]) => title).sort()).toEqual(['Won', '即将结束']);
  });

  await test.step('a press on it leads to its page, and to no other site', async () => {
    expect(await pressed(worker, '/auctions')).toEqual([`${origin}/auctions`]);
    expect(await pressed(worker, 'https://elsewhere.example/')).toEqual([]);
  });

  await test.step('a browser that took its word back may turn it on again', async () => {
    await page.evaluate(() => sessionStorage.setItem('lost', 'yes'));
    await page.goto('/my/alerts');
    await expect(block.getByRole('button', { name: '开启通知' })).toBeEnabled();
    await page.evaluate(() => sessionStorage.clear());
  });

  await test.step('it is turned off', async () => {
    await block.locator('li').getByRole('button', { name: '关闭' }).click();
    await expect(page).toHaveURL(/done=DEVICE_REMOVED/);
    await expect(block.locator('li')).toHaveCount(0);
  });
});

/** In the page: a push service that gives out an address as browsers do. */
function pretend(): void {
  const base64 = (text: string) => btoa(text).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
  // the generator of P-256 is as good a point as any
  const point = '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5';
  const p256dh = base64(point.replace(/../g, (byte) => String.fromCharCode(parseInt(byte, 16))));
  const given = {
    options: {},
    unsubscribe: async () => true,
    toJSON: () => ({ endpoint: 'https://push.example.invalid/send/1', keys: { p256dh, auth: base64('sixteen letters.') } }),
  };
  let subscribed = true;
  Object.assign(PushManager.prototype, {
    subscribe: async () => ((subscribed = true), given),
    getSubscription: async () => (subscribed && sessionStorage.getItem('lost') === null ? given : null),
  });
}

async function workerOf(context: BrowserContext): Promise<Worker> {
  return context.serviceWorkers()[0] ?? context.waitForEvent('serviceworker');
}

/** Hands the worker what its push service would. */
async function pusher(context: BrowserContext, page: Page, origin: string): Promise<(news: object) => Promise<void>> {
  const tools: CDPSession = await context.newCDPSession(page);
  const registered = new Promise<string>((found) => {
    tools.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
      const one = registrations.find((registration) => registration.scopeURL === `${origin}/`);
      if (one) found(one.registrationId);
    });
  });
  await tools.send('ServiceWorker.enable');
  const registrationId = await registered;
  return async (news) => {
    await tools.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: JSON.stringify(news) });
  };
}

function shown(page: Page): Promise<string[][]> {
  return page.evaluate(async () => {
    const worker = await navigator.serviceWorker.ready;
    return (await worker.getNotifications()).map(({ title, body, lang }) => [title, body, lang]);
  });
}

/** What the worker opens when somebody presses on news of that page. */
function pressed(worker: Worker, url: string): Promise<string[]> {
  return worker.evaluate(async (url) => {
    const opened: string[] = [];
    const scope = self as unknown as { clients: object; dispatchEvent(event: Event): boolean };
    Object.assign(scope.clients, {
      matchAll: async () => [],
      openWindow: async (href: string) => void opened.push(href),
    });
    let work: Promise<unknown> = Promise.resolve();
    const notification = { close: () => {}, data: { url } };
    const waitUntil = (promise: Promise<unknown>) => void (work = promise);
    const event = Object.assign(new Event('notificationclick'), { notification, waitUntil });
    scope.dispatchEvent(event);
    await work;
    return opened;
  }, url);
}
