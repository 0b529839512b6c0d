/**
 * Runs a command and measures its wall time and the peak memory of its process.
 *
 * The child reports its peak memory when it exits (`bench/peak.mjs`, preloaded), because Node does not report it to
 * a parent. There are no thresholds: the tables have a floor for each number, measured in the same run.
 */

import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Measured {
  /** Wall time in milliseconds. */
  readonly ms: number;
  /** Peak resident memory in MiB; undefined for programs other than Node. */
  readonly peakMb?: number;
  readonly status: number;
  readonly output: string;
}

const PEAK = join(import.meta.dirname, 'peak.mjs');

/** Runs `command` and collects its output. `memory`: whether to measure peak memory, which makes the start slower. @default true */
export async function measure(
  command: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv; readonly memory?: boolean } = {},
): Promise<Measured> {
  const { memory = true } = options;
  const folder = mkdtempSync(join(tmpdir(), 'pipewright-bench-'));
  const peakFile = join(folder, 'peak');
  const began = performance.now();
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: {
      ...process.env,
      ...options.env,
      ...(memory && { NODE_OPTIONS: `--import=${PEAK}`, BENCH_PEAK_FILE: peakFile }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const status = await new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  const ms = performance.now() - began;
  const peak = readPeak(peakFile);
  rmSync(folder, { recursive: true, force: true });
  return { ms, status, output, ...(peak !== undefined && { peakMb: peak }) };
}

/** Returns the median of several runs of the same command. Throws if one of them fails. */
export async function median(times: number, once: () => Promise<Measured>): Promise<Measured> {
  const runs: Measured[] = [];
  for (let i = 0; i < times; i++) {
    const run = await once();
    if (run.status !== 0) throw new Error(`a measured command ended with ${run.status}:\n${run.output.slice(-4000)}`);
    runs.push(run);
  }
  runs.sort((a, b) => a.ms - b.ms);
  const middle = runs[Math.floor(runs.length / 2)];
  if (!middle) throw new Error('median of no runs');
  return middle;
}

/** Returns rows as a Markdown table, for use in documents. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${widths.map((width, i) => (i === 0 ? (cells[i] ?? '').padEnd(width) : (cells[i] ?? '').padStart(width))).join(' | ')} |`;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...rows.map(line)].join('\n');
}

function readPeak(file: string): number | undefined {
  try {
    return Math.max(...readFileSync(file, 'utf8').trim().split('\n').map(Number)) / 1024;
  } catch {
    return undefined; // not a Node process
  }
}
