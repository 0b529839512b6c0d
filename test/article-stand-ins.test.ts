/** The programs that replace the article's images, run directly. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startGitServer } from '../packages/cli/src/git-server/git-server.js';

const article = resolve(import.meta.dirname, '../examples/article');

interface Outcome {
  readonly status: number;
  readonly output: string;
}

function run(command: string, args: readonly string[], env: Record<string, string>, cwd = work): Promise<Outcome> {
  return new Promise((done) => {
    execFile(command, args, { env, cwd }, (error, stdout, stderr) => {
      done({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'stand-ins-'));
});
afterEach(() => {
  rmSync(work, { recursive: true, force: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    writeFileSync(join(work, name), content);
  }
}

describe('the stand-in for make', () => {
  const make = (makefile: string, ...args: string[]): Promise<Outcome> => {
    mkdirSync(join(work, 'bin'));
    for (const program of ['sh', 'grep', 'cat'])
      symlinkSync(
        ['/bin', '/usr/bin'].map((at) => join(at, program)).find((at) => readable(at)) ?? '',
        join(work, 'bin', program),
      );
    write({ Makefile: makefile });
    return run('/bin/sh', [join(article, 'images/golang/usr/local/bin/make'), ...args], { PATH: join(work, 'bin') });
  };
  const readable = (path: string): boolean => {
    try {
      return readFileSync(path).length > 0;
    } catch {
      return false;
    }
  };

  test.each<[string, string, string, Outcome]>([
    [
      'runs a recipe',
      'other:\n\techo no\ntest:\n\techo one\n\t@echo two\n',
      'test',
      { status: 0, output: 'echo one\none\ntwo\n' },
    ],
    [
      'runs prerequisites first',
      'test: lint\n\t@echo test\n\nlint:\n\t@echo lint\n',
      'test',
      { status: 0, output: 'lint\ntest\n' },
    ],
    ['continues after a line that may fail', 'test:\n\t-@exit 3\n\t@echo on\n', 'test', { status: 0, output: 'on\n' }],
  ])('%s', async (_what, makefile, target, want) => {
    const { status, output } = await make(makefile, target);
    expect({ status, output: output.replace(/^make \(stand-in\): there is no make here.*\n/m, '') }).toEqual(want);
  });

  test.each<[string, string, string, string]>([
    ['fails with the status of the recipe', 'test:\n\t@exit 7\n', 'test', 'make (stand-in): [test] Error 7'],
    [
      'fails when a prerequisite does',
      'test: lint\n\t@echo no\nlint:\n\t@exit 1\n',
      'test',
      'make (stand-in): [lint] Error 1',
    ],
    ['reports unsupported features', 'test:\n\techo $(WHO)\n', 'test', 'variables need a real make: echo $(WHO)'],
    ['rejects an unknown target', 'test:\n\ttrue\n', 'tset', "no rule to make target 'tset'"],
  ])('%s', async (_what, makefile, target, want) => {
    const { status, output } = await make(makefile, target);
    expect([status, output]).toEqual([2, expect.stringContaining(want)]);
  });
});

test("the article's sources pass their own tests", async () => {
  const path = process.env['PATH'] ?? '';
  const tested = await run(
    '/bin/sh',
    [join(article, 'images/golang/usr/local/bin/make'), 'test'],
    { PATH: path },
    join(article, 'source'),
  );
  expect(tested).toMatchObject({ status: 0, output: expect.stringContaining('ok: 5 links') });
});

test('a cluster without internet access gets the same commit as the local run', async () => {
  const { stdout } = await promisify(execFile)(join(article, 'lab/prepare.sh'), ['-c'], {
    env: { PATH: process.env['PATH'], LAB: 'true', LAB_HOST: '10.0.0.1', LAB_REGISTRY: '10.0.0.1:5000' },
  });
  const server = await startGitServer({
    repositories: new Map([['source', { directory: join(article, 'source'), revisions: ['master'] }]]),
  });
  expect(stdout.trim()).toBe(server.commits('source')[0]);
  await server.close();
});
