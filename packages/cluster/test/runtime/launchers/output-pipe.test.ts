import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PipePool } from '../../../src/runtime/launchers/output-pipe.js';

let folder: string;
let created: number;
let pool: PipePool;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-pipes-'));
  created = 0;
  pool = new PipePool(async (paths) => {
    await Promise.resolve();
    execFileSync('mkfifo', ['-m', '622', ...paths]);
    created += paths.length;
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Acquires a pipe, writes to it and reads it to the end. */
async function transfer(
  text: string,
): Promise<{ readonly path: string; readonly output: string; readonly end: () => void }> {
  const pipe = await pool.take(folder);
  let output = '';
  const drained = pipe.drain({
    write: (chunk) => {
      output += Buffer.from(chunk).toString();
      return undefined;
    },
  });
  appendFileSync(pipe.path, text);
  pipe.release();
  await drained;
  return { path: pipe.path, output, end: () => pipe.recycle() };
}

describe('the pipes of a directory', () => {
  test('are created in one batch for all that wait for the first', async () => {
    const pipes = await Promise.all(Array.from({ length: 20 }, () => pool.take(folder)));
    for (const pipe of pipes) pipe.discard();
    expect([created, new Set(pipes.map(({ path }) => path)).size]).toEqual([20, 20]);
  });

  test('are as many as needed', async () => {
    const pipes = await Promise.all(Array.from({ length: 70 }, () => pool.take(folder)));
    for (const pipe of pipes) pipe.discard();
    expect([created, new Set(pipes.map(({ path }) => path)).size]).toEqual([70, 70]);
  });

  test('are reused after they were returned, without earlier contents', async () => {
    const first = await transfer('first');
    first.end();
    const second = await transfer('second');
    expect([second.path, second.output, created]).toEqual([first.path, 'second', 16]);
  });

  test('are not used twice at the same time', async () => {
    const [first, second] = [await transfer('first'), await transfer('second')];
    expect(first.path).not.toBe(second.path);
  });

  test('are deleted when they are discarded', async () => {
    const pipe = await pool.take(folder);
    pipe.discard();
    expect(existsSync(pipe.path)).toBe(false);
  });

  test('are requested again after a failure', async () => {
    let isFailing = true;
    const pool = new PipePool((paths) => {
      if (isFailing) return Promise.reject(new Error('no room'));
      execFileSync('mkfifo', ['-m', '622', ...paths]);
      return Promise.resolve();
    });
    await expect(pool.take(folder)).rejects.toThrow('no room');
    isFailing = false;
    (await pool.take(folder)).discard();
  });
});
