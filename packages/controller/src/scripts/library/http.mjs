/**
 * What the steps in JavaScript share, which need both JSON and HTTP: log lines, failing, and HTTP requests with retries.
 *
 * They run as `node -e` on a stock image of Node, joined into one module (node-command.ts): names of the top level are unique
 * among the joined files, modules of Node are imported as a whole, and arguments begin at process.argv[1].
 */

import fs from 'node:fs';
import path from 'node:path';

/** Prints a log line in the format of Tekton's steps. */
export const log = (level, msg, more = {}) =>
  console.log(JSON.stringify({ level, ts: Date.now() / 1000, ...more, msg }));

/**
 * Ends the step with an error.
 *
 * @returns {never}
 */
export function fail(msg) {
  log('fatal', msg);
  process.exit(1);
}

export const readJson = (file) => JSON.parse(fs.readFileSync(file, 'utf8'));

export const inDirectory = (directory, name) => path.join(directory, name);

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Sends an HTTP request and throws unless it succeeds. Retries what can safely be repeated. An error contains the beginning of the
 * server's answer and never a header.
 *
 * @param {RequestInit} init
 */
export async function request(url, init = {}) {
  const { method = 'GET' } = init;
  for (let tries = 1; ; tries++) {
    let response, reason;
    try {
      response = await fetch(url, { ...init, signal: AbortSignal.timeout(120000) });
    } catch (error) {
      reason = (error.cause ?? error).message || String(error.cause?.code ?? error);
    }
    if (response?.ok) return response;
    if (response) {
      const text = await response.text().catch(() => '');
      reason = `it answered ${response.status} ${text.replace(/\s+/g, ' ').slice(0, 300)}`;
    }
    const isFinal = response && response.status < 500 && response.status !== 429;
    if (isFinal || method === 'POST' || tries === 4) {
      const { origin, pathname } = new URL(url);
      throw Object.assign(new Error(`${method} ${origin}${pathname}: ${reason}`), { status: response?.status });
    }
    await pause(250 * 2 ** tries);
  }
}
