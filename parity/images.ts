/**
 * The images of the recording's cluster: those of containers that started in the recordings.
 *
 * This machine's own files replace them; a registry in this process provides their default commands, so that
 * the lookup is part of the replay.
 */

import { createHash } from 'node:crypto';
import { parseImageName } from '@pipewright/tekton';
import type { ImageSource, Registry } from '@pipewright/cluster';
import { isObject, listAt, objectAt, textAt, type JsonObject } from './json.js';
import { imageOf, STOPPED } from './pod-view.js';
import { goneOf } from './names.js';
import { objectsOf, type Recording } from './recording.js';
import { unwrap } from './unwrap.js';

/** Full names of images, each with its default command. */
export type KnownImages = ReadonlyMap<string, string>;

/** Default commands of common images that no recording shows. */
const USUAL: Readonly<Record<string, string>> = {
  'docker.io/library/ubuntu': 'bash',
  'docker.io/library/busybox': 'sh',
  'docker.io/library/python': 'python3',
};

/** Returns the images in the pods of all recordings. */
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

/** Returns the images of sidecars, which are no longer in their pod after they are stopped. */
const sidecarImages = (input: string): readonly string[] =>
  objectsOf(input, {})
    .flatMap((object) => [...listAt(object, 'spec', 'sidecars'), ...listAt(object, 'spec', 'taskSpec', 'sidecars')])
    .map((sidecar) => textAt(sidecar, 'image'))
    .filter((image) => /^[a-z0-9]/.test(image)) // cases about rejections have sidecars without an image
    .map(imageOf);

/** Returns the command of an image that Tekton looked up: the pod names it by digest, with its command before the step's arguments. */
function lookedUp(container: JsonObject, spec: JsonObject): string | undefined {
  if (!textAt(container, 'image').includes('@')) return undefined;
  const ran = unwrap(container, spec);
  return 'argv' in ran ? ran.argv[0] : undefined;
}

/** Returns a configuration with the command as Cmd, as most of these images have it; a step's arguments must not replace it. */
const configOf = (program: string): { readonly Cmd: readonly string[] } => ({ Cmd: [program] });

/** Returns the stand-in for an image on this machine, or undefined if the recording's cluster did not have the image. */
export function standIn(image: string, known: KnownImages): ImageSource | undefined {
  const program = known.get(imageOf(image));
  return program === undefined ? undefined : { rootfs: 'host', config: configOf(program) };
}

/** Pushes an image with the default command of each image to a registry. */
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
  if (!response.ok) throw new Error(`the registry rejects ${path}: ${await response.text()}`);
}
