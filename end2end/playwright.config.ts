// Every story runs with and without JavaScript; *.island.spec.ts only with it, *.plain.spec.ts only without,
// *.phone.spec.ts only on a phone.
// script/test builds the server and the pages first. LUOCHUI_END2END_URL tests a server that runs already.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineConfig } from '@playwright/test';
import { freePort } from './support/port';

// workers read this file again: they find the address that the first reading chose
process.env.LUOCHUI_END2END_URL ??= `http://127.0.0.1:${freePort()}`;
process.env.LUOCHUI_END2END_STARTS ??= process.env.LUOCHUI_END2END_URL;
process.env.LUOCHUI_END2END_MAILS ??= mkdtempSync(join(tmpdir(), 'luochui-mails-'));

const desktop = { width: 1440, height: 900 };
const onPhone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true, deviceScaleFactor: 2 };
const everyPage = /every_page\.spec\.ts$/;
const hammer = /hammer\.spec\.ts$/;
const negotiation = /negotiation\.spec\.ts$/;
const alone = [everyPage, hammer, negotiation];

export default defineConfig({
  testDir: './tests',
  outputDir: './test-results',
  globalSetup: './support/server',
  fullyParallel: true,
  workers: 2,
  timeout: 30_000,
  forbidOnly: Boolean(process.env.CI),
  reporter: process.env.CI ? [['dot'], ['html', { open: 'never', outputFolder: './playwright-report' }]] : [['list']],
  use: {
    baseURL: process.env.LUOCHUI_END2END_URL,
    locale: 'zh-CN',
    timezoneId: 'Asia/Shanghai',
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.LUOCHUI_CHROMIUM || '/usr/bin/chromium',
      // without a locale of UTF-8 it gives files with Chinese names another one
      env: { ...process.env, LC_ALL: 'C.UTF-8' } as Record<string, string>,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
  projects: [
    { name: 'js', testIgnore: [...alone, /\.(plain|phone)\.spec\.ts$/], use: { viewport: desktop } },
    {
      name: 'no-js',
      testIgnore: [...alone, /\.(island|phone)\.spec\.ts$/],
      use: { viewport: desktop, javaScriptEnabled: false },
    },
    { name: 'phone', testMatch: /\.phone\.spec\.ts$/, use: onPhone },
    // the main stories, whose records the pages below show
    { name: 'hammer', testMatch: hammer, use: { viewport: desktop } },
    { name: 'negotiation', testMatch: negotiation, use: { viewport: desktop, javaScriptEnabled: false } },
    { name: 'pages', testMatch: everyPage, dependencies: ['hammer', 'negotiation'], use: { viewport: desktop } },
    {
      name: 'pages-no-js',
      testMatch: everyPage,
      dependencies: ['hammer', 'negotiation'],
      use: { viewport: desktop, javaScriptEnabled: false },
    },
    { name: 'pages-phone', testMatch: everyPage, dependencies: ['hammer', 'negotiation'], use: onPhone },
  ],
});
