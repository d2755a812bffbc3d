// Starts the built server on a data folder of its own, with the demo, and stops it after the last story.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { serveMails } from './mails';
import { freePort } from './port';

const root = resolve(__dirname, '../..');
const built = process.env.LUOCHUI_END2END_SERVER ?? join(root, 'target/run/end2end');
// making the database cluster and the demo, on a busy machine of two cores
const startMs = 120_000;
// the server gives running requests ten seconds, and PostgreSQL thirty
const stopMs = 45_000;

export default async function start(): Promise<(() => Promise<void>) | undefined> {
  const url = process.env.LUOCHUI_END2END_URL!;
  if (process.env.LUOCHUI_END2END_STARTS !== url) return undefined;
  if (!existsSync(join(built, 'server'))) {
    throw new Error(`${built}/server is missing: script/test pages end2end builds it`);
  }
  const data = mkdtempSync(join(tmpdir(), 'luochui-end2end-'));
  // PostgreSQL runs as another user when root starts the server
  chmodSync(data, 0o755);
  const results = join(__dirname, '../test-results');
  mkdirSync(results, { recursive: true });
  const log = join(results, 'server.log');
  const out = openSync(log, 'w');
  const mailPort = freePort();
  const mails = await serveMails(mailPort, process.env.LUOCHUI_END2END_MAILS!);
  const server = spawn(join(built, 'server'), ['serve'], {
    cwd: root,
    stdio: ['ignore', out, out],
    env: {
      ...process.env,
      LUOCHUI_ADDR: new URL(url).host,
      LUOCHUI_DATA: data,
      LUOCHUI_DEMO: 'yes',
      LUOCHUI_MAIL_SERVER: `smtp://127.0.0.1:${mailPort}`,
      LUOCHUI_MAIL_FROM: '落槌 <news@luochui.example>',
      LEPTOS_SITE_ROOT: join(built, 'site'),
    },
  });
  const stop = async () => {
    await end(server);
    mails.close();
    rmSync(data, { recursive: true, force: true });
    rmSync(process.env.LUOCHUI_END2END_MAILS!, { recursive: true, force: true });
  };
  try {
    await answers(`${url}/healthz`, server);
  } catch (error) {
    await stop();
    throw new Error(`${error}\n${readFileSync(log, 'utf8').split('\n').slice(-30).join('\n')}`);
  }
  return stop;
}

async function answers(url: string, server: ChildProcess): Promise<void> {
  const deadline = Date.now() + startMs;
  while (Date.now() < deadline) {
    if (server.exitCode !== null) throw new Error(`the server ended with ${server.exitCode}`);
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error(`the server did not answer within ${startMs / 1000} s`);
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((done) => server.once('exit', done));
  server.kill('SIGTERM');
  const late = setTimeout(() => server.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(late);
}
