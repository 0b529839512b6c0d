import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { LogStore } from '../../../src/node/logs/pod-logs.js';
import type { LogDisk } from '../../../src/node/logs/log-disk.js';
import { LogFile } from '../../../src/node/logs/log-file.js';
import type { LogOptions } from '../../../src/model/pod-logs.js';
import { lastLines, readLog } from '../../../src/node/logs/log-reader.js';

const directory = mkdtempSync(join(tmpdir(), 'pipewright-log-'));
afterAll(() => rm(directory, { recursive: true }));

const noon = new Date('2026-01-01T12:00:00Z');
let files = 0;
let time = noon;
const newLog = (): LogFile => new LogFile(join(directory, `${files++}.log`), () => time);
const read = (log: LogFile, options: LogOptions = {}): Promise<string> =>
  new Response(readLog(log.path, log, options, noon)).text();

function logWith(...chunks: string[]): LogFile {
  const log = newLog();
  for (const chunk of chunks) log.write(Buffer.from(chunk));
  log.end();
  return log;
}

describe('a log', () => {
  test.each<[string, string[], LogOptions, string]>([
    ['contains the written output', ['a\nb\n'], {}, 'a\nb\n'],
    ['joins the parts of a line', ['a', 'b', 'c\nd\n'], {}, 'abc\nd\n'],
    ['keeps an unfinished last line as it is', ['a\nb'], {}, 'a\nb'],
    ['returns the last lines', ['a\nb\nc\n'], { tailLines: 2 }, 'b\nc\n'],
    ['counts an unfinished line', ['a\nb\nc'], { tailLines: 2 }, 'b\nc'],
    ['returns nothing for zero lines', ['a\n'], { tailLines: 0 }, ''],
    ['returns all lines if there are fewer', ['a\n'], { tailLines: 9 }, 'a\n'],
    ['ends at a number of bytes', ['abc\ndef\n'], { limitBytes: 5 }, 'abc\nd'],
    [
      'has timestamps on request',
      ['a\nb\n'],
      { timestamps: true },
      '2026-01-01T12:00:00.000000000Z a\n2026-01-01T12:00:00.000000000Z b\n',
    ],
    ['returns a long line as one', ['x'.repeat(40_000), 'y\n'], {}, `${'x'.repeat(40_000)}y\n`],
  ])('%s', async (_, chunks, options, expected) => {
    expect(await read(logWith(...chunks), options)).toBe(expected);
  });

  test('begins at a given time', async () => {
    const log = newLog();
    log.write(Buffer.from('early\n'));
    time = new Date(noon.getTime() + 10_000);
    log.write(Buffer.from('late\n'));
    log.end();
    time = noon;
    expect(await read(log, { sinceTime: '2026-01-01T12:00:10Z' })).toBe('late\n');
  });

  test('is followed to its last line by several readers', async () => {
    const log = newLog();
    const followers = [1, 2, 3].map(() => read(log, { follow: true }));
    for (let line = 0; line < 500; line++) {
      log.write(Buffer.from(`${line}\n`));
      if (line % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    log.write(Buffer.from('the end'));
    log.end();
    const expected = `${Array.from({ length: 500 }, (_, line) => `${line}\n`).join('')}the end`;
    expect(await Promise.all(followers)).toEqual([expected, expected, expected]);
  });

  test('of a container without output has no file, and is empty for all readers', async () => {
    const log = newLog();
    const [currentText, followedText] = [read(log), read(log, { follow: true })];
    expect(await currentText).toBe('');
    log.end();
    expect([await followedText, await read(log), existsSync(log.path), await lastLines(log.path, 9, 99)]).toEqual([
      '',
      '',
      false,
      '',
    ]);
  });

  test('reaches followers that were opened before its first line', async () => {
    const log = newLog();
    const followedText = read(log, { follow: true });
    await new Promise((resolve) => setImmediate(resolve));
    log.write(Buffer.from('late\n'));
    log.end();
    expect(await followedText).toBe('late\n');
  });

  test('of a later attempt exists from its start, so that a later process finds the newest', async () => {
    const store = (): LogStore => new LogStore(join(directory, 'store'), () => time);
    const pod = { namespace: 'n', name: 'p', uid: 'u' };
    const firstAttempt = store();
    firstAttempt.begin(pod, 'c', 0).write(Buffer.from('first\n'));
    firstAttempt.begin(pod, 'c', 1).end();
    expect(await new Response(store().open(pod, 'c', {})).text()).toBe('');
    expect(store().open(pod, 'other', {})).toBeUndefined();
  });

  test('can be closed by a follower', async () => {
    const log = newLog();
    const reader = readLog(log.path, log, { follow: true }, noon).getReader();
    log.write(Buffer.from('a\n'));
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('a\n');
    const cancelled = reader.cancel();
    log.end();
    await cancelled;
  });

  test('provides its end for a termination message', async () => {
    const log = logWith(Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join(''));
    expect(await lastLines(log.path, 2, 2048)).toBe('line 98\nline 99\n');
    expect(await lastLines(log.path, 80, 8)).toBe('line 99\n');
  });
});

/** An in-memory disk with limited capacity and short writes. */
class SmallDisk implements LogDisk {
  capacity: number;
  #file: Buffer = Buffer.alloc(0);
  readonly #path: string;

  constructor(path: string, capacity: number) {
    this.#path = path;
    this.capacity = capacity;
  }

  open(): { fd: number; length: number } {
    this.#store(this.#file);
    return { fd: 1, length: this.#file.length };
  }

  write(_fd: number, bytes: Uint8Array): number {
    const byteCount = Math.min(bytes.length, this.capacity - this.#file.length, 1000);
    if (byteCount <= 0)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', path: this.#path });
    this.#store(Buffer.concat([this.#file, bytes.subarray(0, byteCount)]));
    return byteCount;
  }

  read(_fd: number, buffer: Uint8Array, position: number): void {
    this.#file.copy(buffer, 0, position);
  }

  truncate(_fd: number, length: number): void {
    this.#store(this.#file.subarray(0, length));
  }

  close(): void {}

  #store(file: Buffer): void {
    this.#file = file;
    writeFileSync(this.#path, file);
  }
}

describe('a log on a full disk', () => {
  const openLog = (capacity: number): { log: LogFile; disk: SmallDisk } => {
    const path = join(directory, `${files++}.log`);
    const disk = new SmallDisk(path, capacity);
    return { log: new LogFile(path, () => noon, disk), disk };
  };
  const line = (number: number): string => `line ${String(number).padStart(3, '0')}\n`;
  const NOTICE = /^\(pipewright: (\d+) bytes of this log are missing: ENOSPC: no space left on device, write\)\n$/;

  test.each([0, 30, 100, 1000, 5000])('of %i bytes states how much is missing, also later', async (capacity) => {
    const { log } = openLog(capacity);
    const followedText = read(log, { follow: true });
    let printed = 0;
    for (let number = 0; number < 300; number += 1) {
      log.write(Buffer.from(line(number)));
      printed += line(number).length;
      if (number % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    log.end();
    const text = await read(log);
    const [notice = ''] = text.match(/\(pipewright: [^]*$/) ?? [];
    const keptText = text.slice(0, text.length - notice.length).replace(/\n\n$/, '\n');
    expect(notice).toMatch(NOTICE);
    expect(Array.from({ length: 300 }, (_, number) => line(number)).join('')).toContain(keptText);
    expect(keptText.length + Number(NOTICE.exec(notice)?.[1])).toBe(printed);
    expect((await followedText).endsWith(notice)).toBe(true);
    expect(log.missing).toEqual({
      bytes: Number(NOTICE.exec(notice)?.[1]),
      cause: 'ENOSPC: no space left on device, write',
    });
    if (capacity >= 100 + 30) expect(await lastLines(log.path, 1, 2000)).toBe(notice); // a later process has only the file
  });

  test('continues after a notice when the disk has space again', async () => {
    const { log, disk } = openLog(50);
    log.write(Buffer.from('one\ntwo\n'));
    disk.capacity = 300;
    log.write(Buffer.from('three\n'));
    log.end();
    expect(await read(log)).toBe(
      'one\n(pipewright: 4 bytes of this log are missing: ENOSPC: no space left on device, write)\nthree\n',
    );
    expect(log.missing?.bytes).toBe(4);
  });

  test('counts the parts of an unfinished line, and starts a new line for the notice', async () => {
    const { log, disk } = openLog(20_000);
    log.write(Buffer.from('x'.repeat(40_000)));
    disk.capacity = 60_000;
    log.end();
    expect(await read(log)).toBe(
      `${'x'.repeat(16_384)}\n(pipewright: 16384 bytes of this log are missing: ENOSPC: no space left on device, write)\n${'x'.repeat(7232)}`,
    );
  });
});
