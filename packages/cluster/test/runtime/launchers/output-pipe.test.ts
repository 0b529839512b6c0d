import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { PipePool } from '../../../src/runtime/launchers/output-pipe.js';

let folder: string;
let made: number;
let pool: PipePool;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pipewright-pipes-'));
  made = 0;
  pool = new PipePool(async (paths) => {
    await Promise.resolve();
    execFileSync('mkfifo', ['-m', '622', ...paths]);
    made += paths.length;
  });
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Acquires a pipe, writes to it and reads it to the end. */
async function carry(
  text: string,
): Promise<{ readonly path: string; readonly heard: string; readonly end: () => void }> {
  const pipe = await pool.take(folder);
  let heard = '';
  const drained = pipe.drain({
    write: (chunk) => {
      heard += Buffer.from(chunk).toString();
      return undefined;
    },
  });
  appendFileSync(pipe.path, text);
  pipe.release();
  await drained;
  return { path: pipe.path, heard, end: () => pipe.giveBack() };
}

describe('the pipes of a directory', () => {
  test('are made in one batch for all who wait for the first', async () => {
    const pipes = await Promise.all(Array.from({ length: 20 }, () => pool.take(folder)));
    for (const pipe of pipes) pipe.discard();
    expect([made, new Set(pipes.map(({ path }) => path)).size]).toEqual([20, 20]);
  });

  test('are as many as are wanted', async () => {
    const pipes = await Promise.all(Array.from({ length: 70 }, () => pool.take(folder)));
    for (const pipe of pipes) pipe.discard();
    expect([made, new Set(pipes.map(({ path }) => path)).size]).toEqual([70, 70]);
  });

  test('are used again when they were given back, and hold nothing of what was written before', async () => {
    const first = await carry('first');
    first.end();
    const second = await carry('second');
    expect([second.path, second.heard, made]).toEqual([first.path, 'second', 16]);
  });

  test('are not used by two at a time', async () => {
    const [first, second] = [await carry('first'), await carry('second')];
    expect(first.path).not.toBe(second.path);
  });

  test('are gone when they are discarded', async () => {
    const pipe = await pool.take(folder);
    pipe.discard();
    expect(existsSync(pipe.path)).toBe(false);
  });

  test('that cannot be made are asked for again by the next', async () => {
    let broken = true;
    const failing = new PipePool((paths) => {
      if (broken) return Promise.reject(new Error('no room'));
      execFileSync('mkfifo', ['-m', '622', ...paths]);
      return Promise.resolve();
    });
    await expect(failing.take(folder)).rejects.toThrow('no room');
    broken = false;
    (await failing.take(folder)).discard();
  });
});
