/** Determines the stand-ins of a command: those of `pipewright.yaml`, overridden by `--image` and `--source`. */

import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { tryFindConfig, loadConfig, type LoadedConfig } from './config.js';
import type { Finding } from '../diagnostics/finding.js';
import { UsageError } from '../diagnostics/usage-error.js';
import { IMAGE_FORMS, readImageReference } from '../images/image-reference.js';
import { builtinStandIn } from '../stand-ins/builder-image.js';
import { savedImageStandIn } from '../stand-ins/saved-images.js';
import { mergeStandIns, NO_STAND_INS, type ImageStandIn, type StandIns } from '../stand-ins/stand-ins.js';

/** The options of a command that define stand-ins. */
export interface StandInFlags {
  readonly config?: string;
  readonly image: ReadonlyMap<string, string>;
  readonly source: ReadonlyMap<string, string>;
}

/** Returns the stand-ins of the configuration file, overridden by those of the command line. */
export function resolveStandIns(
  flags: StandInFlags,
  paths: readonly string[],
): {
  readonly standIns: StandIns;
  readonly findings: readonly Finding[];
  readonly file?: string | undefined;
  readonly place?: LoadedConfig['positionOf'] | undefined;
} {
  const file = flags.config ?? tryFindConfig(paths);
  const config: LoadedConfig = file === undefined ? { standIns: NO_STAND_INS, findings: [] } : loadConfig(file);
  const { findings, positionOf } = config;
  return { standIns: mergeStandIns(config.standIns, fromFlags(flags)), findings, file, place: positionOf };
}

function fromFlags({ image, source }: Pick<StandInFlags, 'image' | 'source'>): StandIns {
  const images = [...image].map(([name, value]): readonly [string, ImageStandIn] => [name, imageStandIn(name, value)]);
  const resources = [...source].map(
    ([name, value]) =>
      [name, { kind: 'directory', directory: requireDirectory(value, `--source ${name}=${value}`) }] as const,
  );
  return { images: new Map(images), resources: new Map(resources) };
}

function imageStandIn(name: string, value: string): ImageStandIn {
  const flag = `--image ${name}=${value}`;
  if (value === 'host') return { rootfs: 'host' };
  const saved = readImageReference(value, process.cwd());
  const found = saved ? savedImageStandIn(saved, name) : builtinStandIn(value);
  if (found === undefined) return { rootfs: requireDirectory(value, flag) };
  if (found.kind === 'image') return found.standIn;
  throw new UsageError(`--image ${name}: ${found.message}`, found.hint);
}

function requireDirectory(path: string, flag: string): string {
  const full = resolve(path);
  if (existsSync(full) && statSync(full).isDirectory()) return full;
  throw new UsageError(
    `${flag}: ${full} ${existsSync(full) ? 'is not a directory' : 'does not exist'}`,
    flag.startsWith('--image')
      ? `write \`host\`, a directory with a root filesystem, or a saved image: ${IMAGE_FORMS}`
      : 'use a directory that exists',
  );
}
