/**
 * The image builders that come with the command: stand-ins for Kaniko and Buildah, laid over this machine's files.
 *
 * They build FROM scratch and push, and refuse what they do not do; see docs/internals/decisions/0039-saved-images-and-builders.md.
 */

import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openTemporaryDirectory, type ImageConfig } from '@pipewright/cluster';
import { closestMatch } from '@pipewright/tekton';
import { BUILDER_FILES } from '../builder-files.js';
import { shortName } from '../images/image-name.js';
import type { StandInResult } from './saved-images.js';
import type { Builder, ImageStandIn, StandIns } from './stand-ins.js';

/** Where a builder is in its image, and what the image runs. */
const BUILDERS: Readonly<Record<Builder, { readonly program: string; readonly config: ImageConfig }>> = {
  kaniko: {
    program: 'kaniko/executor',
    config: {
      Entrypoint: ['/kaniko/executor'],
      Env: [
        'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/kaniko:/busybox',
        'DOCKER_CONFIG=/kaniko/.docker/',
      ],
    },
  },
  buildah: { program: 'usr/local/bin/buildah', config: {} },
};

const isBuilder = (name: string): name is Builder => Object.hasOwn(BUILDERS, name);

/** Reads `builtin:NAME`. @returns undefined for other text */
export function builtinStandIn(text: string): StandInResult | undefined {
  const [, name] = /^builtin:(.*)$/s.exec(text) ?? [];
  if (name === undefined) return undefined;
  if (isBuilder(name))
    return { kind: 'image', standIn: { rootfs: 'host', builder: name, config: BUILDERS[name].config } };
  const known = Object.keys(BUILDERS);
  const guess = closestMatch(name, known);
  const hint = guess === undefined ? `there are ${known.join(' and ')}` : `did you mean builtin:${guess}?`;
  return { kind: 'problem', message: `unknown builtin ${name}`, hint };
}

/** The builder that can stand in for an image, by the image's name. */
export function builderFor(image: string): Builder | undefined {
  const name = shortName(image);
  if (/^gcr\.io\/kaniko-project\//.test(name)) return 'kaniko';
  return /(?:^|\/)buildah(?:\/|$)/.test(name) ? 'buildah' : undefined;
}

/** The directories that are laid over. */
export interface BuilderImages {
  readonly overlayOf: (builder: ImageStandIn['builder']) => string | undefined;
  readonly close: () => Promise<void>;
}

/** Makes those that are used. Node is found in PATH, where the sandbox shows this one. */
export async function makeBuilderImages({ images }: StandIns): Promise<BuilderImages> {
  const used = new Set([...images.values()].flatMap(({ builder }) => builder ?? []));
  if (used.size === 0) return { overlayOf: () => undefined, close: () => Promise.resolve() };
  const { path, remove } = await openTemporaryDirectory('builders');
  for (const builder of used) makeOverlay(join(path, builder), builder);
  return { overlayOf: (builder) => (builder === undefined ? undefined : join(path, builder)), close: remove };
}

function makeOverlay(overlay: string, builder: Builder): void {
  const { program } = BUILDERS[builder];
  const modules = join(overlay, builder);
  mkdirSync(modules, { recursive: true });
  for (const file of readdirSync(BUILDER_FILES).filter((name) => name.endsWith('.mjs')))
    copyFileSync(join(BUILDER_FILES, file), join(modules, file));
  const at = join(overlay, program);
  mkdirSync(dirname(at), { recursive: true });
  copyFileSync(join(BUILDER_FILES, builder === 'kaniko' ? 'executor' : 'buildah'), at);
  chmodSync(at, 0o755);
  if (builder === 'kaniko') symlinkSync('bin', join(overlay, 'busybox')); // the shell of its :debug images
}
