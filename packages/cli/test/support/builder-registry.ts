/** A real registry and a directory for each test of the built-in image builders. */

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach } from '@jest/globals';
import { createRegistry, type Registry, type ServedRegistry } from '../../../cluster/src/registry/registry.js';

/** The exit code and output of a program. */
export interface Outcome {
  readonly status: number;
  readonly output: string;
}

/** Runs a program in the directory of the test. */
export function run(
  command: string,
  args: readonly string[],
  env: Record<string, string>,
  cwd = work,
): Promise<Outcome> {
  return new Promise((done) => {
    execFile(command, args, { env, cwd }, (error, stdout, stderr) => {
      done({ status: typeof error?.code === 'number' ? error.code : error ? -1 : 0, output: stdout + stderr });
    });
  });
}

/** The directory of a test. */
export let work: string;
/** The registry of a test. */
export let registry: Registry;
/** The listening server of the registry. */
export let serving: ServedRegistry;
/** Creates a directory and a registry for each test of the calling suite. */
export function withRegistry(): void {
  beforeEach(async () => {
    work = mkdtempSync(join(tmpdir(), 'stand-ins-'));
    registry = createRegistry();
    serving = await registry.serve();
  });
  afterEach(async () => {
    await serving.close();
    rmSync(work, { recursive: true, force: true });
  });
}

/** Writes files to the directory of the test. */
export function write(files: Readonly<Record<string, string>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(work, name)), { recursive: true });
    writeFileSync(join(work, name), content);
  }
}

const get = (path: string): Promise<Response> => registry.handle(new Request(`http://registry/v2/team/app/${path}`));

/** A pushed image. */
export interface Pushed {
  readonly config: { readonly config: object; readonly rootfs: { readonly diff_ids: readonly string[] } };
  /** `mode path`, with the target of a link or the content of a file. */
  readonly entries: readonly string[];
}

/** Returns the image team/app:v1. */
export async function pushed(): Promise<Pushed> {
  const manifest = (await (await get('manifests/v1')).json()) as {
    config: { digest: string };
    layers: { digest: string }[];
  };
  const config = (await (await get(`blobs/${manifest.config.digest}`)).json()) as Pushed['config'];
  const entries: string[] = [];
  for (const { digest } of manifest.layers)
    entries.push(...entriesOf(gunzipSync(Buffer.from(await (await get(`blobs/${digest}`)).arrayBuffer()))));
  return { config, entries };
}

function entriesOf(tar: Buffer): string[] {
  const found: string[] = [];
  const text = (at: number, width: number): string => tar.toString('utf8', at, at + width).replace(/\0.*$/s, '');
  for (let at = 0, long: string | undefined; tar[at] !== 0;) {
    const size = parseInt(text(at + 124, 12), 8);
    const body = tar.toString('utf8', at + 512, at + 512 + size);
    const type = text(at + 156, 1);
    if (type === 'x') long = / path=(.*)\n/.exec(body)?.[1];
    else {
      const what = { 0: `: ${body}`, 2: ` -> ${text(at + 157, 100)}`, 5: '' }[type];
      found.push(`${text(at + 100, 8).replace(/^0+/, '')} ${long ?? text(at, 100)}${what}`);
      long = undefined;
    }
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return found;
}
