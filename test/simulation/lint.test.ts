import { expect, test } from '@jest/globals';
import { Linter } from 'eslint';
// @ts-expect-error a JavaScript module without declarations
import config from '../../eslint.config.js';

/** The rules for the packages that a simulation runs. */
const RULES = ['no-restricted-syntax', 'no-restricted-globals', 'no-restricted-imports'];

/** Lints JavaScript as if it were a source file of the storage. */
function complaintsAbout(code: string, filename = 'packages/cluster/src/storage/memory/store.ts'): readonly string[] {
  const all = config as readonly Linter.Config[]; // `ts.config` returns these
  const entries = all
    .filter(({ rules = {} }) => RULES.some((rule) => rule in rules))
    .map(({ files, ignores, rules = {} }) => ({
      ...(files && { files }),
      ...(ignores && { ignores }),
      rules: Object.fromEntries(Object.entries(rules).filter(([rule]) => RULES.includes(rule))),
    }));
  return new Linter().verify(code, entries, { filename }).map(({ message }) => message);
}

test.each([
  'setTimeout(() => 1, 5)',
  'setInterval(() => 1, 5)',
  'setImmediate(() => 1)',
  'const later = setTimeout',
  'globalThis.setTimeout(() => 1, 5)',
  'process.nextTick(() => 1)',
  'process.hrtime.bigint()',
  'Date.now()',
  'new Date()',
  'Date()',
  'performance.now()',
  'AbortSignal.timeout(5)',
  'Math.random()',
  'crypto.randomUUID()',
  'crypto.getRandomValues(new Uint8Array(4))',
  "import { randomBytes } from 'node:crypto'",
  "import { randomUUID } from 'crypto'",
  "import * as crypto from 'node:crypto'",
  "import { readFile } from 'node:fs/promises'",
  "import { readFileSync } from 'fs'",
  "import { cpus } from 'node:os'",
  "import { cpus } from 'os'",
  "import { performance as clock } from 'perf_hooks'",
  "import { setTimeout as wait } from 'node:timers/promises'",
  "import { performance as clock } from 'node:perf_hooks'",
  "import { promisify } from 'node:util'",
  "import { gzip } from 'node:zlib'",
  "import { Worker } from 'node:worker_threads'",
  "import { request } from 'undici'",
  "await import('node:fs')",
  "fetch('http://localhost')",
  'new WeakRef({})',
])('lint rejects `%s` where a simulation runs', (code) => {
  expect(complaintsAbout(code)).not.toEqual([]);
});

test.each([
  'new Date(0)',
  'queueMicrotask(() => 1)', // microtasks run in a fixed order
  "import { createHash } from 'node:crypto'",
  "import { crc32 } from 'node:zlib'",
])('lint accepts `%s` where a simulation runs', (code) => {
  expect(complaintsAbout(code)).toEqual([]);
});

test.each([
  'packages/cluster/src/api/server.ts',
  'packages/cluster/src/node/node.ts',
  'packages/kube/src/controller/informer.ts',
  'packages/controller/src/edge/controller.ts',
])('lint rejects timers in %s', (file) => {
  expect(complaintsAbout('setTimeout(() => 1, 5)', file)).not.toEqual([]);
});
