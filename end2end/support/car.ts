// A car that may be put into a sale, by the office's forms: each story has its own, whatever others do meanwhile.
import { expect, type APIResponse, type Page } from '@playwright/test';
import { randomUUID } from 'node:crypto';
import { signIn, staff } from './people';

/** A car as a story needs it. */
export interface Car {
  id: string;
  title: string;
}

/** In yuan. The reserve lies a quarter above the start price. */
const price = { guide: '100000', start: '70000', reserve: '88000' };

/** The seller that the demo has linked to the company of `otherDealer`. */
export const otherDealersSeller = '恒信名车';

/** Taken in, inspected and priced by somebody who may do all three, in a window of his own; `more` has other facts of it. */
export async function makeCar(page: Page, hasReserve: boolean, more: Record<string, string> = {}): Promise<Car> {
  const context = await page.context().browser()!.newContext();
  const office = await context.newPage();
  await signIn(office, staff);
  const [id, mark] = [randomUUID(), randomVin()];
  const title = `星野 ${mark.slice(-5)} 2021款`;
  const facts = { make: '星野', model: mark.slice(-5), title, model_year: '2021', mileage: '32000', city: '杭州' };
  const intake = { key: id, vin: mark, vin_confirmed: 'on', ...facts, ...more };
  const car = new URL((await send(office, '/office/vehicles/new', intake, 'VEHICLE_RECEIVED')).url()).pathname;
  await send(office, car, { form: 'inspect', key: randomUUID(), score: '85' }, 'VEHICLE_INSPECTED');
  const { reserve, ...open } = price;
  const priced = hasReserve ? { ...open, reserve } : open;
  await send(office, car, { form: 'price', key: randomUUID(), ...priced }, 'VEHICLE_PRICED');
  await context.close();
  return { id: car.split('/').pop()!, title };
}

async function send(page: Page, path: string, form: Record<string, string>, done: string): Promise<APIResponse> {
  const answer = await page.request.post(path, { form, headers: { Origin: new URL(page.url()).origin } });
  expect(answer.url(), await answer.text()).toContain(`?done=${done}`);
  return answer;
}

/** Seventeen characters that no other car has. */
export function randomVin(): string {
  const letters = 'ABCDEFGHJKLMNPRSTUVWXYZ0123456789';
  return `L${Array.from({ length: 16 }, () => letters[Math.floor(Math.random() * letters.length)]).join('')}`;
}
