// The list of pages as the server has it: app/src/routes.rs. A new page is in these tests by itself.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface ListedPage {
  path: string;
  /** `Public`, `SignedIn`, `Dealer`; `Staff` for every name that stands for roles. */
  access: string;
}

export function listedPages(): ListedPage[] {
  const source = readFileSync(join(__dirname, '../../app/src/routes.rs'), 'utf8');
  const line = /path:\s*"([^"]+)",\s*access:\s*(?:Access::)?(\w+)/g;
  const named = ['Public', 'SignedIn', 'Dealer'];
  const pages = [...source.matchAll(line)].map(([, path, access]) => ({
    path,
    access: named.includes(access) ? access : 'Staff',
  }));
  if (pages.length === 0) throw new Error('no page found in app/src/routes.rs');
  return pages;
}

/** Whether the address is one of the page's: `/auctions/lots/{id}` has any last part but the name of a file. */
export function isOf(page: ListedPage, address: string): boolean {
  const pattern = page.path.replace(/[.*+?^$()|[\]\\]/g, '\\$&').replace(/\{[^}]+\}/g, '[^/.]+');
  return new RegExp(`^${pattern}$`).test(address);
}
