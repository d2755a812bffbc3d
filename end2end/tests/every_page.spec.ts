// Every page of the list: draws without an error, fits its screen, has a title, one heading and no serious finding of
// axe, by day and by night.
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from '@playwright/test';
import { uploadCars } from '../support/import';
import { otherDealer, signIn, staff } from '../support/people';
import { isOf, listedPages, type ListedPage } from '../support/pages';

const visitors = [
  { who: 'a visitor', login: undefined, sees: (page: ListedPage) => page.access === 'Public' },
  // who wins in the main story, and so has an order
  { who: 'a dealer', login: otherDealer, sees: (page: ListedPage) => ['Dealer', 'SignedIn'].includes(page.access) },
  { who: 'staff', login: staff, sees: (page: ListedPage) => ['Staff', 'SignedIn'].includes(page.access) },
];

for (const { who, login, sees } of visitors) {
  const pages = listedPages().filter(sees);

  test(`every page of ${who} holds up`, async ({ page, javaScriptEnabled }) => {
    // one test for all: addresses of single records are found on the pages before
    test.setTimeout(20_000 + pages.length * 25_000);
    await hold(page);
    if (login) await signIn(page, login);
    if (login === staff) await uploadCars(page);
    const addresses = new Set<string>();
    const plain = pages.filter((listed) => !listed.path.includes('{'));
    for (const listed of plain) {
      await visit(page, listed.path, javaScriptEnabled);
      for (const address of await linksOf(page)) addresses.add(address);
      for (const tab of await tabsOf(page)) {
        await visit(page, tab, javaScriptEnabled);
        for (const address of await linksOf(page)) addresses.add(address);
      }
    }
    // records are linked from pages and from other records
    let waiting = pages.filter((listed) => listed.path.includes('{'));
    const opened = new Set<string>();
    for (let before = Infinity; waiting.length > 0; ) {
      // what only some records have, a sale that has not opened or a lane, is found from others of their kind
      if (waiting.length === before && !(await lookFurther(page, pages, addresses, opened))) break;
      before = waiting.length;
      const unknown: ListedPage[] = [];
      for (const listed of waiting) {
        const address = [...addresses].find((candidate) => isOf(listed, candidate));
        if (!address) {
          unknown.push(listed);
          continue;
        }
        await visit(page, address, javaScriptEnabled);
        opened.add(address);
        for (const found of await linksOf(page)) addresses.add(found);
      }
      waiting = unknown;
    }
    expect.soft(waiting.map((listed) => listed.path), `pages that ${who} finds no link to`).toEqual([]);
  });
}

/** A page that loads itself anew every two seconds is looked at as it stands: it would be gone under the eyes of axe. */
async function hold(page: Page): Promise<void> {
  await page.route(/\/lane$|\/office\/vehicles\/import\/./, async (route) => {
    if (route.request().method() !== 'GET') return route.fallback();
    const response = await route.fetch();
    const { refresh, ...headers } = response.headers();
    await route.fulfill({ response, headers });
  });
}

/** Opens the records that were not opened yet until one leads to addresses that are new; whether one does. */
async function lookFurther(
  page: Page,
  pages: ListedPage[],
  addresses: Set<string>,
  opened: Set<string>,
): Promise<boolean> {
  const known = addresses.size;
  for (const address of [...addresses]) {
    const isRecord = pages.some((listed) => listed.path.includes('{') && isOf(listed, address));
    if (!isRecord || opened.has(address)) continue;
    opened.add(address);
    await page.goto(address);
    for (const found of await linksOf(page)) addresses.add(found);
    if (addresses.size > known) return true;
  }
  return false;
}

async function visit(page: Page, address: string, withScripts: boolean): Promise<void> {
  await test.step(address, async () => {
    const errors: string[] = [];
    const note = (error: Error) => errors.push(error.message);
    page.on('pageerror', note);
    const answer = await page.goto(address);
    expect.soft(answer?.status(), `${address} answers`).toBe(200);
    expect.soft(await page.title(), `${address} has a title of its own`).toMatch(/\S · (落槌|Luochui)$/);
    await expect.soft(page.locator('h1'), `${address} has one heading`).toHaveCount(1);
    expect.soft(await overflow(page), `${address} is not wider than the screen`).toBeLessThanOrEqual(0);
    expect.soft(errors, `${address} runs without a script error`).toEqual([]);
    page.off('pageerror', note);
    // axe is a script itself
    if (!withScripts) return;
    const light = new AxeBuilder({ page }).withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']);
    expect.soft(await findings(light), `${address} can be used by everybody`).toEqual([]);
    await page.evaluate(() => document.documentElement.setAttribute('data-theme', 'dark'));
    const dark = new AxeBuilder({ page }).withRules(['color-contrast']);
    expect.soft(await findings(dark), `${address} can be read in the dark`).toEqual([]);
  });
}

async function findings(axe: AxeBuilder): Promise<string[]> {
  const { violations } = await axe.analyze();
  const serious = violations.filter((found) => ['serious', 'critical'].includes(found.impact ?? ''));
  return serious.map((found) => `${found.id}: ${found.nodes.map((node) => node.target.join(' ')).join(', ')}`);
}

function overflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
}

/** The other tabs of a page. */
function tabsOf(page: Page): Promise<string[]> {
  const tabs = page.locator('main .tabs a:not([aria-current])');
  return tabs.evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''));
}

function linksOf(page: Page): Promise<string[]> {
  return page
    .locator('a[href^="/"]')
    .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href).pathname));
}
