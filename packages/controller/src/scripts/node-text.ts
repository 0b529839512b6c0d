/**
 * What the steps have in common that are written in JavaScript: those that need both JSON and HTTP, which no shell has.
 *
 * They run as `node -e` on a stock image of Node. Like the shell scripts they are text: what is in them reaches a pod as it
 * stands here, whatever compiled this file.
 */

import { compact } from './compact.js';

/** Where a machine says which buckets it answers for itself: a JSON object from a bucket's name to the address of a store. */
export const BUCKETS_FILE = '/etc/pipewright/buckets.json';

/**
 * `log`, `fail` and `ask(url, init)`: an HTTP request that is tried again where doing it twice is doing it once. What a server says
 * of a failure is cut short; headers are never printed.
 */
const PRELUDE = compact(String.raw`
  const fs = require('node:fs'), { join, dirname, resolve, sep } = require('node:path')
  const log = (level, msg, more) => console.log(JSON.stringify({ level, ts: Date.now() / 1000, ...more, msg }))
  const fail = (msg) => { log('fatal', msg); process.exit(1) }
  const pause = (ms) => new Promise((done) => setTimeout(done, ms))
  async function ask(url, init = {}) {
    const repeatable = (init.method ?? 'GET') !== 'POST'
    for (let tries = 1; ; tries++) {
      let answer, why
      try { answer = await fetch(url, { ...init, signal: AbortSignal.timeout(120000) }) }
      catch (cause) { why = (cause.cause ?? cause).message || String(cause.cause?.code ?? cause) }
      if (answer?.ok) return answer
      if (answer) why = 'it answered ' + answer.status + ' ' + (await answer.text().catch(() => '')).replace(/\s+/g, ' ').slice(0, 300)
      const hopeless = answer && answer.status < 500 && answer.status !== 429
      if (hopeless || !repeatable || tries === 4) throw Object.assign(new Error((init.method ?? 'GET') + ' ' + new URL(url).origin + new URL(url).pathname + ': ' + why), { status: answer?.status })
      await pause(250 * 2 ** tries)
    }
  }
`);

/**
 * Command and arguments of a step that runs JavaScript. The text may use {@link PRELUDE}'s names; its arguments are in `words`.
 *
 * @param text no line may begin with `#`
 */
export const nodeCommand = (text: string, words: readonly string[]): readonly string[] => [
  'node',
  '-e',
  `${PRELUDE}\nconst words = process.argv.slice(1)\n${text}`,
  '--',
  ...words,
];
