// A mail server for the stories: as much of SMTP as the product speaks. What it is sent lies as files in a folder, for stories run in
// processes of their own.
import { createServer, type Server, type Socket } from 'node:net';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@playwright/test';

/** A mail as a person reads it. */
export interface Mail {
  subject: string;
  text: string;
  /** Where the reader's mail program says that no more is wanted; empty where that is nowhere. */
  unsubscribe: string;
}

export function serveMails(port: number, folder: string): Promise<Server> {
  mkdirSync(folder, { recursive: true });
  let count = 0;
  const server = createServer((caller) => talk(caller, (mail) => writeFileSync(join(folder, `${String(count++).padStart(6, '0')}.eml`), mail)));
  return new Promise((begun) => server.listen(port, '127.0.0.1', () => begun(server)));
}

function talk(caller: Socket, keep: (mail: string) => void): void {
  let read = '';
  let isText = false;
  const say = (line: string) => caller.write(`${line}\r\n`);
  caller.on('error', () => caller.destroy());
  caller.on('data', (bytes) => {
    read += bytes.toString('utf8');
    for (let end = nextEnd(read, isText); end >= 0; end = nextEnd(read, isText)) {
      const part = read.slice(0, end);
      read = read.slice(end + (isText ? 5 : 2));
      if (isText) {
        keep(part.replaceAll('\r\n..', '\r\n.'));
        isText = false;
        say('250 taken');
        continue;
      }
      const word = part.slice(0, 4).toUpperCase();
      if (word === 'EHLO') say('250-test\r\n250 8BITMIME');
      else if (word === 'DATA') say('354 go on');
      else say(word === 'QUIT' ? '221 bye' : '250 yes');
      isText = word === 'DATA';
    }
  });
  say('220 test');
}

function nextEnd(read: string, isText: boolean): number {
  return read.indexOf(isText ? '\r\n.\r\n' : '\r\n');
}

/** Waits for a mail to this address whose subject has these words. */
export async function mailTo(address: string, words: string): Promise<Mail> {
  let found: Mail | undefined;
  await expect(async () => {
    found = mailsTo(address).find((mail) => mail.subject.includes(words));
    expect(found, mailsTo(address).map((mail) => mail.subject).join('\n')).toBeDefined();
  }).toPass({ timeout: 20_000 });
  return found!;
}

/** All mails to this address, the oldest first. */
export function mailsTo(address: string): Mail[] {
  const folder = process.env.LUOCHUI_END2END_MAILS!;
  const raws = readdirSync(folder).sort().map((name) => readFileSync(join(folder, name), 'utf8'));
  return raws.filter((raw) => header(raw, 'To').includes(address)).map(read);
}

function read(raw: string): Mail {
  const [head, body] = splitAtBlank(raw.split('\r\n--').find((part) => /content-type: text\/plain/i.test(part)) ?? '');
  const text = /base64/i.test(head)
    ? Buffer.from(body, 'base64').toString('utf8')
    : /quoted-printable/i.test(head)
      ? quoted(body.replaceAll('=\r\n', ''))
      : body;
  const unsubscribe = header(raw, 'List-Unsubscribe').replace(/[<>]/g, '');
  return { subject: words(header(raw, 'Subject')), text, unsubscribe };
}

function splitAtBlank(text: string): [string, string] {
  const at = text.indexOf('\r\n\r\n');
  return [text.slice(0, at), text.slice(at + 4)];
}

function header(raw: string, name: string): string {
  const head = splitAtBlank(raw)[0].replaceAll('\r\n ', ' ');
  const line = head.split('\r\n').find((one) => one.toLowerCase().startsWith(`${name.toLowerCase()}:`));
  return line?.slice(name.length + 1).trim() ?? '';
}

function words(text: string): string {
  const joined = text.replace(/\?=\s+=\?/g, '?==?');
  return joined.replace(/=\?utf-8\?b\?([^?]*)\?=/gi, (_, base64: string) => Buffer.from(base64, 'base64').toString('utf8'));
}

function quoted(text: string): string {
  const bytes = text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}
