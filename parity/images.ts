/**
 * The images that the recording's cluster had, learnt from the recordings: those of containers that started.
 *
 * On this machine its own files stand in for them; a registry in this process says what they run by themselves, so that
 * looking that up is part of what is played.
 */

import { createHash } from 'node:crypto';
import { parseImageName } from '@pipewright/tekton';
import type { ImageSource, Registry } from '@pipewright/cluster';
import { isObject, listAt, objectAt, textAt, type JsonObject } from './json.js';
import { imageOf, STOPPED } from './pod-view.js';
import { goneOf } from './names.js';
import { objectsOf, type Recording } from './recording.js';
import { unwrap } from './unwrap.js';

/** Full names of images, each with the program it runs by itself. */
export type KnownImages = ReadonlyMap<string, string>;

/** What common images run, for those of which no recording says it. */
const USUAL: Readonly<Record<string, string>> = {
  'docker.io/library/ubuntu': 'bash',
  'docker.io/library/busybox': 'sh',
  'docker.io/library/python': 'python3',
};

/** Reads them off the pods of all recordings. */
export function imagesOf(recordings: readonly Recording[]): KnownImages {
  const known = new Map<string, string>();
  for (const { outcome, input } of recordings) {
    for (const image of sidecarImages(input)) known.set(image, USUAL[image] ?? 'sh');
    for (const pod of [...outcome.pods, ...goneOf(outcome, 'Pod')]) {
      const started = new Set(
        listAt(pod, 'status', 'containerStatuses')
          .filter((status) => textAt(status, 'imageID') !== '')
          .map((status) => textAt(status, 'name')),
      );
      for (const container of listAt(pod, 'spec', 'containers').filter(isObject)) {
        if (!started.has(textAt(container, 'name'))) continue;
        const name = imageOf(textAt(container, 'image'));
        if (name === STOPPED) continue;
        const found = lookedUp(container, objectAt(pod, 'spec'));
        if (found || !known.has(name)) known.set(name, found ?? USUAL[name] ?? 'sh');
      }
    }
  }
  return known;
}

/** A sidecar's image is no longer in its pod once it has been stopped. */
const sidecarImages = (input: string): readonly string[] =>
  objectsOf(input, {})
    .flatMap((object) => [...listAt(object, 'spec', 'sidecars'), ...listAt(object, 'spec', 'taskSpec', 'sidecars')])
    .map((sidecar) => textAt(sidecar, 'image'))
    .filter((image) => /^[a-z0-9]/.test(image)) // cases about what is refused have sidecars without an image
    .map(imageOf);

/** An image that Tekton looked up has been named by digest, and its program stands in the pod, before what may be the step's arguments. */
function lookedUp(container: JsonObject, spec: JsonObject): string | undefined {
  if (!textAt(container, 'image').includes('@')) return undefined;
  const ran = unwrap(container, spec);
  return 'argv' in ran ? ran.argv[0] : undefined;
}

/** As a Cmd, which most of these images have it in, and which a step's arguments must not replace. */
const configOf = (program: string): { readonly Cmd: readonly string[] } => ({ Cmd: [program] });

/** What stands for an image on this machine; undefined for one that the recording's cluster did not have. */
export function standIn(image: string, known: KnownImages): ImageSource | undefined {
  const program = known.get(imageOf(image));
  return program === undefined ? undefined : { rootfs: 'host', config: configOf(program) };
}

/** Puts into a registry what each image runs, under its own name. */
export async function fillRegistry(registry: Registry, images: KnownImages): Promise<void> {
  for (const [name, program] of images) {
    const { repository, tag } = parseImageName(name);
    const config = {
      architecture: 'amd64',
      os: 'linux',
      config: configOf(program),
      rootfs: { type: 'layers', diff_ids: [] },
    };
    const text = JSON.stringify(config);
    const digest = `sha256:${createHash('sha256').update(text).digest('hex')}`;
    await put(registry, 'POST', `/v2/${repository}/blobs/uploads/?digest=${digest}`, text, 'application/octet-stream');
    const mediaType = 'application/vnd.oci.image.manifest.v1+json';
    const described = { mediaType: 'application/vnd.oci.image.config.v1+json', digest, size: Buffer.byteLength(text) };
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType, config: described, layers: [] });
    await put(registry, 'PUT', `/v2/${repository}/manifests/${tag ?? 'latest'}`, manifest, mediaType);
  }
}

async function put(registry: Registry, method: string, path: string, body: string, type: string): Promise<void> {
  const request = new Request(`http://registry${path}`, { method, body, headers: { 'content-type': type } });
  const response = await registry.handle(request);
  if (!response.ok) throw new Error(`the registry refuses ${path}: ${await response.text()}`);
}
