// Turns news on in this browser: asks the person, gets an address from the browser, and sends the form that says it.

const place = document.querySelector('[data-push]');
const form = place.querySelector('form[data-push-on]');

const say = (what) => {
  for (const words of place.querySelectorAll('[data-push-says]')) words.hidden = words.dataset.pushSays !== what;
};

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));

async function subscribe() {
  const worker = await navigator.serviceWorker.register('/push-worker.js');
  await navigator.serviceWorker.ready;
  const key = bytes(place.dataset.push);
  const before = await worker.pushManager.getSubscription();
  // one that was made under another key reaches nobody
  const same = before && new Uint8Array(before.options.applicationServerKey ?? []).join() === key.join();
  if (before && !same) await before.unsubscribe();
  return same ? before : worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
}

async function turnOn() {
  say('');
  if ((await Notification.requestPermission()) !== 'granted') return say('denied');
  try {
    const { endpoint, keys } = (await subscribe()).toJSON();
    form.elements.endpoint.value = endpoint;
    form.elements.p256dh.value = keys.p256dh;
    form.elements.auth.value = keys.auth;
    form.submit();
  } catch (error) {
    console.warn(error);
    say('failed');
  }
}

// Where the person has taken it back in the browser itself, the list below says more than is true.
async function isOn() {
  const worker = await navigator.serviceWorker.getRegistration('/');
  return Notification.permission === 'granted' && Boolean(worker && (await worker.pushManager.getSubscription()));
}

if (!('serviceWorker' in navigator && 'PushManager' in window && 'Notification' in window)) say('unsupported');
else {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    turnOn();
  });
  if (form.hidden && !(await isOn())) form.hidden = false;
  form.querySelector('button').disabled = false;
  if (Notification.permission === 'denied') say('denied');
}
