/**
 * Records `npm start` in a terminal, as `docs/images/start.cast` (asciicast v2): `node --import tsx generators/record-start.ts`.
 *
 * Run it by hand: times are those of the machine. `npm run docs` draws `docs/images/start.svg` from the recording. Relies on `script` of util-linux.
 */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const TERMINAL = { width: 100, height: 30 };

/** What the recording shows in place of the path of this checkout. */
const SHOWN_ROOT = '/home/user/pipewright';

/** Returns `[seconds, 'o', text]` for each chunk of output, from the two files that `script` writes. */
function eventsOf(timing: string, output: Buffer): readonly (readonly [number, 'o', string])[] {
  const events: (readonly [number, 'o', string])[] = [];
  const decoder = new TextDecoder(); // a chunk may end within a character
  let time = 0;
  let offset = output.indexOf('\n') + 1; // the first line is the header of `script`
  for (const row of timing.trim().split('\n')) {
    const [delay, length] = row.split(' ').map(Number);
    if (delay === undefined || length === undefined) continue;
    time += delay;
    const text = decoder.decode(output.subarray(offset, offset + length), { stream: true });
    offset += length;
    events.push([Number(time.toFixed(3)), 'o', text.replaceAll(root, SHOWN_ROOT)]);
  }
  return events;
}

const work = mkdtempSync(join(tmpdir(), 'pipewright-record-'));
try {
  const [log, timing] = [join(work, 'output'), join(work, 'timing')];
  const { width, height } = TERMINAL;
  const command = `stty cols ${String(width)} rows ${String(height)}; npm start`;
  const { status } = spawnSync(
    'script',
    [
      '--quiet',
      '--return',
      '--log-out',
      log,
      '--log-timing',
      timing,
      '--logging-format',
      'classic',
      '--command',
      command,
    ],
    {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, TERM: 'xterm-256color', npm_config_update_notifier: 'false' },
    },
  );
  if (status !== 0) throw new Error(`npm start ended with status ${String(status)}; nothing was recorded`);
  const header = { version: 2, width, height, title: 'npm start', idle_time_limit: 2 };
  const lines = [header, ...eventsOf(readFileSync(timing, 'utf8'), readFileSync(log))].map((it) => JSON.stringify(it));
  writeFileSync(join(root, 'docs/images/start.cast'), `${lines.join('\n')}\n`);
} finally {
  rmSync(work, { recursive: true, force: true });
}
