// Cars from a file: uploaded, matched, checked, imported; the refused lines come back as a file. As a person would,
// with and without JavaScript.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, test, type Page } from '@playwright/test';
import { signIn } from '../support/people';

const header = '车源号,品牌,车系,年款,里程(万公里),报价(万元),城市';

/** Made up; every run has references of its own. */
function listing(run: string): string {
  const good = Array.from({ length: 60 }, (_, n) => `${run}-${n},远山,S${n % 9},2021,${1 + (n % 8)}.5,8.9,杭州`);
  const bad = [`${run}-x1,,S5,2021,3,8.9,杭州`, `${run}-x2,远山,S5,2O21,3,8.9,杭州`, `${run}-x3,远山,S5,2021`];
  return [header, ...good.slice(0, 30), ...bad, ...good.slice(30)].join('\r\n') + '\r\n';
}

/** Without a script the page asks again by itself as well; a test need not wait for that. */
async function until(page: Page, text: string): Promise<void> {
  await expect(async () => {
    await page.reload();
    await expect(page.locator('.page-head')).toContainText(text, { timeout: 500 });
  }).toPass({ timeout: 25_000 });
}

type File = string | { name: string; mimeType: string; buffer: Buffer };

function csv(name: string, text: string): File {
  return { name, mimeType: 'text/csv', buffer: Buffer.from(text) };
}

async function upload(page: Page, source: string, file: File): Promise<void> {
  await page.goto('/office/vehicles');
  await page.locator('main a[href="/office/vehicles/import"]').click();
  await page.locator('input[name="source"]').fill(source);
  await page.locator('input[name="file"]').setInputFiles(file);
  await page.getByRole('button', { name: '上传并核对列' }).click();
}

test('a file with bad lines becomes cars and a file of the bad lines', async ({ page }, info) => {
  test.setTimeout(90_000);
  const run = `e${Date.now().toString(36)}${info.project.name === 'js' ? 'j' : 'n'}`;
  await signIn(page, 'pricing');
  await upload(page, run, csv('车源.csv', listing(run)));

  // the columns are proposed from the header; a person may choose another one
  await expect(page.locator('.page-head')).toContainText('待核对列');
  await expect(page.locator('select[name="external_id"]')).toHaveValue('车源号');
  await expect(page.locator('select[name="mileage_unit"]')).toHaveValue('wan_km');
  await page.locator('select[name="plate_place"]').selectOption('城市');
  await page.getByRole('button', { name: '开始检查' }).click();
  await until(page, '待入库');
  await expect(page.locator('.tiles')).toContainText(/读取\s*63/);
  await expect(page.locator('.tiles')).toContainText(/拒绝\s*3/);

  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: '下载被拒绝的行' }).click();
  const file = await waiting;
  expect(file.suggestedFilename()).toBe('车源-被拒绝的行.csv');
  const lines = readFileSync(await file.path(), 'utf8').trim().split(/\r?\n/);
  expect(lines[0]).toBe(`行号,原因代码,原因,${header}`);
  expect(lines.slice(1).map((line) => line.split(',').slice(0, 2).join(' '))).toEqual([
    '32 MAKE_MISSING',
    '33 MODEL_YEAR_INVALID',
    '34 COLUMN_COUNT',
  ]);

  await page.getByRole('button', { name: '入库 60 行' }).click();
  await until(page, '已完成');
  await page.getByRole('link', { name: '查看车辆' }).click();
  await expect(page.locator('tfoot')).toContainText('共 60 辆');
  await page.locator('input[name="km_to"]').fill('20000');
  await page.getByRole('button', { name: '筛选' }).click();
  await expect(page).toHaveURL(/source=.*km_to=20000|km_to=20000.*source=/);
  await expect(page.locator('tfoot')).toContainText('共 8 辆');
  await page.locator('tbody .row-link').first().click();
  await expect(page.locator('.timeline')).toContainText('沈价');

  // the mended lines, as they were downloaded, and the whole file once more
  const mended = lines.map((line) => line.replace(',,S5,', ',远山,S5,').replaceAll('2O21', '2021'));
  await upload(page, run, csv('改好.csv', mended.slice(0, 3).join('\r\n')));
  await page.getByRole('button', { name: '开始检查' }).click();
  await until(page, '待入库');
  await page.getByRole('button', { name: '入库 2 行' }).click();
  await until(page, '已完成');
  await expect(page.locator('.tiles')).toContainText(/新增车辆\s*2/);
  await upload(page, run, csv('车源.csv', listing(run)));
  await page.getByRole('button', { name: '开始检查' }).click();
  await until(page, '待入库');
  await page.getByRole('button', { name: '入库 60 行' }).click();
  await until(page, '已完成');
  await expect(page.locator('.tiles')).toContainText(/未变\s*60/);
});

test('a file that is no table is refused beside its field', async ({ page }, info) => {
  test.setTimeout(60_000);
  await signIn(page, 'inspector');
  await upload(page, 'broken', csv('book.csv', 'PK\u0003\u0004 a workbook'));
  await expect(page.locator('.field__error')).toContainText('另存为 CSV');
  // the answer comes although the browser has not been read to the end
  const large = info.outputPath('large.csv');
  writeFileSync(large, Buffer.alloc(12 * 1024 * 1024, 'vin,make,model\n'));
  await upload(page, 'Not A Name', large);
  await expect(page.locator('.field__error')).toContainText('来源名称用小写字母');
  await expect(page.locator('input[name="source"]')).toHaveValue('Not A Name');
});
