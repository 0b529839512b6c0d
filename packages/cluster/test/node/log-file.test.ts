import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { LogStore } from '../../src/node/pod-logs.js';
import { lastLines, LogFile, readLog, type LogOptions } from '../../src/node/log-file.js';

const directory = mkdtempSync(join(tmpdir(), 'pipewright-log-'));
afterAll(() => rm(directory, { recursive: true }));

const noon = new Date('2026-01-01T12:00:00Z');
let files = 0;
let time = noon;
const newLog = (): LogFile => new LogFile(join(directory, `${files++}.log`), () => time);
const read = (log: LogFile, options: LogOptions = {}): Promise<string> =>
  new Response(readLog(log.path, log, options, noon)).text();

function written(...chunks: string[]): LogFile {
  const log = newLog();
  for (const chunk of chunks) log.write(Buffer.from(chunk));
  log.end();
  return log;
}

describe('a log', () => {
  test.each<[string, string[], LogOptions, string]>([
    ['is what was written', ['a\nb\n'], {}, 'a\nb\n'],
    ['puts pieces of a line together', ['a', 'b', 'c\nd\n'], {}, 'abc\nd\n'],
    ['keeps a last line without an end, and adds none', ['a\nb'], {}, 'a\nb'],
    ['gives the last lines', ['a\nb\nc\n'], { tailLines: 2 }, 'b\nc\n'],
    ['counts an unfinished line', ['a\nb\nc'], { tailLines: 2 }, 'b\nc'],
    ['gives nothing for no lines', ['a\n'], { tailLines: 0 }, ''],
    ['gives all when there are fewer', ['a\n'], { tailLines: 9 }, 'a\n'],
    ['ends at a number of bytes', ['abc\ndef\n'], { limitBytes: 5 }, 'abc\nd'],
    [
      'shows when',
      ['a\nb\n'],
      { timestamps: true },
      '2026-01-01T12:00:00.000000000Z a\n2026-01-01T12:00:00.000000000Z b\n',
    ],
    ['gives a long line whole', ['x'.repeat(40_000), 'y\n'], {}, `${'x'.repeat(40_000)}y\n`],
  ])('%s', async (_, chunks, options, want) => {
    expect(await read(written(...chunks), options)).toBe(want);
  });

  test('begins at a moment', async () => {
    const log = newLog();
    log.write(Buffer.from('early\n'));
    time = new Date(noon.getTime() + 10_000);
    log.write(Buffer.from('late\n'));
    log.end();
    time = noon;
    expect(await read(log, { sinceTime: '2026-01-01T12:00:10Z' })).toBe('late\n');
  });

  test('is followed to its last line, by everyone', async () => {
    const log = newLog();
    const followers = [1, 2, 3].map(() => read(log, { follow: true }));
    for (let line = 0; line < 500; line++) {
      log.write(Buffer.from(`${line}\n`));
      if (line % 100 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    log.write(Buffer.from('the end'));
    log.end();
    const want = `${Array.from({ length: 500 }, (_, line) => `${line}\n`).join('')}the end`;
    expect(await Promise.all(followers)).toEqual([want, want, want]);
  });

  test('of a container that says nothing is no file, and reads as empty, now and to whoever follows it', async () => {
    const log = newLog();
    const [now, followed] = [read(log), read(log, { follow: true })];
    expect(await now).toBe('');
    log.end();
    expect([await followed, await read(log), existsSync(log.path), await lastLines(log.path, 9, 99)]).toEqual([
      '',
      '',
      false,
      '',
    ]);
  });

  test('reaches whoever followed it before its first line', async () => {
    const log = newLog();
    const followed = read(log, { follow: true });
    await new Promise((resolve) => setImmediate(resolve));
    log.write(Buffer.from('late\n'));
    log.end();
    expect(await followed).toBe('late\n');
  });

  test('of a later attempt is there from the start, so that a later process finds the newest', async () => {
    const store = (): LogStore => new LogStore(join(directory, 'store'), () => time);
    const pod = { namespace: 'n', name: 'p', uid: 'u' };
    const first = store();
    first.begin(pod, 'c', 0).write(Buffer.from('first\n'));
    first.begin(pod, 'c', 1).end();
    expect(await new Response(store().open(pod, 'c', {})).text()).toBe('');
    expect(store().open(pod, 'other', {})).toBeUndefined();
  });

  test('can be left while it is followed', async () => {
    const log = newLog();
    const reader = readLog(log.path, log, { follow: true }, noon).getReader();
    log.write(Buffer.from('a\n'));
    expect(Buffer.from((await reader.read()).value ?? []).toString()).toBe('a\n');
    const left = reader.cancel();
    log.end();
    await left;
  });

  test('gives its end for a termination message', async () => {
    const log = written(Array.from({ length: 100 }, (_, line) => `line ${line}\n`).join(''));
    expect(await lastLines(log.path, 2, 2048)).toBe('line 98\nline 99\n');
    expect(await lastLines(log.path, 80, 8)).toBe('line 99\n');
  });
});
