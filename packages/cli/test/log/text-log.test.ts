import { closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from '@jest/globals';
import type { LogLevel } from '@pipewright/cluster';
import { openLogTarget } from '../../src/log/log-options.js';
import { textLog, type TextLogOptions } from '../../src/log/text-log.js';
import { folder, removeFolders } from '../support/on-this-machine.js';

afterEach(removeFolders);

const now = (): Date => new Date('2026-01-01T12:00:00Z');
const STDERR = { fd: undefined, place: 'standard error', close: (): void => undefined };

/** Returns the lines written at a level. */
function linesAt(level: LogLevel, more: Partial<TextLogOptions> = {}): string[] {
  const lines: string[] = [];
  const warn = (line: string): void => void lines.push(line);
  const log = textLog({ target: STDERR, level, hide: (text) => text.replaceAll('hunter2', '***'), warn, now, ...more });
  log.error('an error', { why: 'hunter2 was wrong', code: 3 });
  log.warn('a warning', { kind: 'Pod' });
  log.info('a fact');
  log.cluster('GET /api: 200', 'debug');
  log.cluster('a notice of the cluster');
  log.close();
  return lines;
}

const ERROR = '2026-01-01T12:00:00.000Z ERROR an error why="*** was wrong" code=3';
const WARN = '2026-01-01T12:00:00.000Z WARN a warning kind=Pod';
const NOTICE = '2026-01-01T12:00:00.000Z WARN a notice of the cluster';
const INFO = '2026-01-01T12:00:00.000Z INFO a fact';
const DEBUG = '2026-01-01T12:00:00.000Z DEBUG GET /api: 200';

test.each<[LogLevel, string[]]>([
  ['error', [ERROR]],
  ['warn', [ERROR, WARN, NOTICE]],
  ['info', [ERROR, WARN, INFO, NOTICE]],
  ['debug', [ERROR, WARN, INFO, DEBUG, NOTICE]],
])('at level %s, the log contains entries of that level and above, masked', (level, want) => {
  expect(linesAt(level)).toEqual(want);
});

test('an entry with line breaks or control characters cannot imitate another entry', () => {
  const lines: string[] = [];
  const warn = (line: string): void => void lines.push(line);
  textLog({ target: STDERR, level: 'warn', hide: String, warn, now }).cluster(
    'GET /\u001b[2J\r: Error\n  at x',
    'error',
  );
  expect(lines).toEqual(['2026-01-01T12:00:00.000Z ERROR GET /\\u001b[2J\\u000d: Error\n      at x']);
});

test('a file is appended to, and only its owner may read it', () => {
  const file = join(folder({}), 'log');
  for (const level of ['error', 'warn'] as const)
    expect(linesAt(level, { target: openLogTarget(file, 'up') })).toEqual([]);
  expect(readFileSync(file, 'utf8')).toBe([ERROR, ERROR, WARN, NOTICE, ''].join('\n'));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a failed write is reported once, and further entries go to standard error', () => {
  const write = (): void => {
    throw new Error('ENOSPC: no space left on device');
  };
  const target = { fd: 9, place: '/full/log', close: (): void => undefined };
  expect(linesAt('warn', { target, write })).toEqual([
    'cannot write to the log /full/log (ENOSPC: no space left on device); further entries go to standard error',
    ...[ERROR, WARN, NOTICE],
  ]);
});

test.each<[string, (at: string) => string, string]>([
  ['a directory', (at) => (mkdirSync(join(at, 'log')), join(at, 'log')), 'it is a directory'],
  ['a file in a missing directory', (at) => join(at, 'no/log'), 'its directory does not exist'],
  ['a file below a file', (at) => (writeFileSync(join(at, 'f'), ''), join(at, 'f/log')), 'its directory is a file'],
])('--log-file with %s is reported', (_what, make, why) => {
  const file = make(folder({}));
  expect(() => openLogTarget(file, 'up')).toThrow(`--log-file: ${file} cannot be written: ${why}`);
});

test('the file is closed at the end', () => {
  const target = openLogTarget(join(folder({}), 'log'), 'up');
  const { fd = -1 } = target;
  expect(fd).toBeGreaterThan(2); // a real file descriptor, which can be closed
  target.close();
  expect(() => closeSync(fd)).toThrow('EBADF');
  closeSync(openSync('/dev/null', 'r'));
});
