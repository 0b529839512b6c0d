/**
 * The image builders included in the command: replacements for Kaniko and Buildah, overlaid on the files of this
 * machine.
 *
 * They build FROM scratch and push, and reject unsupported operations; see
 * docs/internals/decisions/0039-saved-images-and-builders.md.
 */

import { chmodSync, copyFileSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openTemporaryDirectory, type ImageConfig } from '@pipewright/cluster';
import { closestMatch } from '@pipewright/tekton';
import { BUILDER_FILES } from '../builder-files.js';
import { shortName } from '../images/image-name.js';
import type { StandInResult } from './saved-images.js';
import type { Builder, ImageStandIn, StandIns } from './stand-ins.js';

/** The path of each builder in its image, and the configuration of the image. */
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

/** Parses `builtin:NAME`. @returns undefined for other text */
export function builtinStandIn(text: string): StandInResult | undefined {
  const [, name] = /^builtin:(.*)$/s.exec(text) ?? [];
  if (name === undefined) return undefined;
  if (isBuilder(name))
    return { kind: 'image', standIn: { rootfs: 'host', builder: name, config: BUILDERS[name].config } };
  const known = Object.keys(BUILDERS);
  const guess = closestMatch(name, known);
  const hint =
    guess === undefined ? `the builtin builders are ${known.join(' and ')}` : `did you mean builtin:${guess}?`;
  return { kind: 'problem', message: `unknown builtin ${name}`, hint };
}

/** Returns the builder that can replace an image, based on its name. */
export function builderFor(image: string): Builder | undefined {
  const name = shortName(image);
  if (/^gcr\.io\/kaniko-project\//.test(name)) return 'kaniko';
  return /(?:^|\/)buildah(?:\/|$)/.test(name) ? 'buildah' : undefined;
}

/** The overlay directories of the builders. */
export interface BuilderImages {
  readonly overlayOf: (builder: ImageStandIn['builder']) => string | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Creates the overlays of the builders in use. They find Node in PATH; the sandbox provides this process's Node there.
 */
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
  const target = join(overlay, program);
  mkdirSync(dirname(target), { recursive: true });
  copyFileSync(join(BUILDER_FILES, builder === 'kaniko' ? 'executor' : 'buildah'), target);
  chmodSync(target, 0o755);
  if (builder === 'kaniko') symlinkSync('bin', join(overlay, 'busybox')); // the shell of Kaniko's :debug images
}
