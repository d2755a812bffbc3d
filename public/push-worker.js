// What a browser does with news that is sent to it: shows it, and opens the page that it is about.

self.addEventListener('install', () => self.skipWaiting());

self.addEventListener('push', (event) => event.waitUntil(show(event.data.json())));

async function show(news) {
  const shown = await self.registration.getNotifications({ tag: news.tag });
  // what was sent twice is shown once, and makes no second sound
  const renotify = shown.every((one) => one.data.at < news.at);
  // what was delayed does not replace what is newer; that is shown again, for browsers ask that something is
  const newer = shown.find((one) => one.data.at > news.at);
  const { title, body, lang, tag } = newer ?? news;
  const data = newer?.data ?? { url: news.url, at: news.at };
  await self.registration.showNotification(title, { body, lang, tag, renotify, timestamp: data.at, data });
}

self.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(open(new URL(event.notification.data.url, self.location.origin)));
});

async function open(url) {
  if (url.origin !== self.location.origin) return;
  const pages = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  const there = pages.find((page) => page.url === url.href);
  await (there ? there.focus() : self.clients.openWindow(url.href));
}

// The browser has another address from now on: it is told under that.
self.addEventListener('pushsubscriptionchange', (event) => event.waitUntil(move(event)));

async function move({ oldSubscription, newSubscription }) {
  const next = newSubscription ?? (oldSubscription && (await self.registration.pushManager.subscribe(oldSubscription.options)));
  if (!next) return;
  const { endpoint, keys } = next.toJSON();
  const form = { form: 'device', key: crypto.randomUUID(), endpoint, p256dh: keys.p256dh, auth: keys.auth };
  await fetch('/my/alerts', { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
}
