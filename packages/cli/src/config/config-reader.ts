/**
 * Validates `pipewright.yaml` field by field.
 *
 *     images:
 *       golang: host
 *       acme/builder: { rootfs: host, overlay: images/builder }
 *       acme/linter: { rootfs: images/linter, entrypoint: [lint], cmd: [--help] }
 *       busybox: docker-archive:busybox.tar
 *       gcr.io/kaniko-project/executor: builtin:kaniko
 *     resources:
 *       source: { directory: . }
 *       image: { registry: local }
 *       bucket: { directory: artifacts }
 *     node:
 *       labels: { disktype: ssd }
 *       resources: { nvidia.com/gpu: 1 }
 */

import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { closestMatch } from '@pipewright/tekton';
import { readImageReference, type ImageReference } from '../images/image-reference.js';
import { builtinStandIn } from '../stand-ins/builder-image.js';
import { savedImageStandIn } from '../stand-ins/saved-images.js';
import { isObject, type Json, type JsonObject } from '../json.js';
import type { Path } from '../yaml/locate.js';
import { keysOf } from './config-keys.js';
import type { StandIns, ImageStandIn, ResourceStandIn, NodeStandIn } from '../stand-ins/stand-ins.js';

/** A problem in the configuration. `atKey`: the key itself is wrong, not its value. */
export interface ConfigProblem {
  readonly path: Path;
  readonly message: string;
  readonly hint: string;
  readonly atKey?: boolean;
}

/** Returns the valid part of the configuration, and all problems. Paths are relative to `base`. */
export function readConfig(
  value: Json,
  base: string,
): { readonly standIns: StandIns; readonly problems: readonly ConfigProblem[] } {
  const reader = new ConfigReader(base);
  const images = new Map<string, ImageStandIn>();
  const resources = new Map<string, ResourceStandIn>();
  const top = reader.object(value, [], keysOf(''));
  for (const [name, entry] of reader.entries(top['images'], ['images'])) {
    const image = reader.image(entry, ['images', name]);
    if (image) images.set(name, image);
  }
  for (const [name, entry] of reader.entries(top['resources'], ['resources'])) {
    const resource = reader.resource(entry, ['resources', name]);
    if (resource) resources.set(name, resource);
  }
  const node = top['node'] === undefined ? undefined : reader.node(top['node'], ['node']);
  return { standIns: { images, resources, ...(node && { node }) }, problems: reader.problems };
}

class ConfigReader {
  readonly problems: ConfigProblem[] = [];
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** Returns an object, and reports unknown fields. */
  object(value: Json | undefined, path: Path, known: readonly string[]): JsonObject {
    if (!isObject(value)) {
      if (value !== undefined && value !== null)
        this.#report(path, `${nameOf(path)} must be an object`, `its fields are: ${known.join(', ')}`);
      return {};
    }
    for (const key of Object.keys(value)) {
      if (known.includes(key)) continue;
      const guess = closestMatch(key, known);
      const hint = guess === undefined ? `the fields here are: ${known.join(', ')}` : `did you mean \`${guess}\`?`;
      this.problems.push({
        path: [...path, key],
        message: `unknown field \`${key}\` in ${nameOf(path)}`,
        hint,
        atKey: true,
      });
    }
    return value;
  }

  entries(value: Json | undefined, path: Path): readonly (readonly [string, Json])[] {
    if (value === undefined || value === null) return [];
    if (isObject(value)) return Object.entries(value);
    this.#report(
      path,
      `${nameOf(path)} must be an object`,
      `map a name to its stand-in, as in \`${EXAMPLES[String(path[0])] ?? ''}\``,
    );
    return [];
  }

  image(value: Json, path: Path): ImageStandIn | undefined {
    if (typeof value === 'string') return this.#rootfs(value, path);
    if (!isObject(value)) {
      this.#report(
        path,
        `${nameOf(path)} must be \`host\`, a directory, a saved image, or an object`,
        `as in \`${EXAMPLES['images'] ?? ''}\``,
      );
      return undefined;
    }
    const fields = this.object(value, path, keysOf('images.NAME'));
    const rootfs = this.#text(fields, 'rootfs', path, 'host');
    const image = rootfs === undefined ? undefined : this.#rootfs(rootfs, [...path, 'rootfs']);
    const entrypoint = this.#textList(fields, 'entrypoint', path);
    const cmd = this.#textList(fields, 'cmd', path);
    const commandOverrides = { ...(entrypoint && { entrypoint }), ...(cmd && { cmd }) };
    if (fields['overlay'] === undefined) return image && { ...image, ...commandOverrides };
    const overlayPath = this.#text(fields, 'overlay', path);
    const overlay = overlayPath === undefined ? undefined : this.#directory(overlayPath, [...path, 'overlay']);
    return image && overlay !== undefined ? { ...image, overlay, ...commandOverrides } : undefined;
  }

  resource(value: Json, path: Path): ResourceStandIn | undefined {
    const fields = this.object(value, path, keysOf('resources.NAME'));
    const setFields = ['directory', 'registry'].filter((field) => fields[field] !== undefined);
    if (setFields.length !== 1) {
      if (isObject(value))
        this.#report(
          path,
          `${nameOf(path)} must have either \`directory\` or \`registry\``,
          `as in \`${EXAMPLES['resources'] ?? ''}\``,
        );
      return undefined;
    }
    if (setFields[0] === 'directory') {
      const named = this.#text(fields, 'directory', path);
      const directory = named === undefined ? undefined : this.#directory(named, [...path, 'directory']);
      return directory === undefined ? undefined : { kind: 'directory', directory };
    }
    if (fields['registry'] === 'local') return { kind: 'registry' };
    this.#report(
      [...path, 'registry'],
      `${nameOf(path)}.registry must be \`local\``,
      'the only local registry is that of the embedded cluster: `local`',
    );
    return undefined;
  }

  node(value: Json, path: Path): NodeStandIn {
    const fields = this.object(value, path, keysOf('node'));
    return {
      labels: this.#texts(fields['labels'], [...path, 'labels'], LABEL),
      resources: this.#texts(fields['resources'], [...path, 'resources'], QUANTITY),
    };
  }

  #texts(value: Json | undefined, path: Path, form: ValueFormat): Readonly<Record<string, string>> {
    const texts: Record<string, string> = {};
    for (const [name, entry] of this.entries(value, path)) {
      if (!NAME.test(name))
        this.problems.push({
          path: [...path, name],
          message: `${name} is not a valid Kubernetes name`,
          hint: NAME_HINT,
          atKey: true,
        });
      else if ((typeof entry === 'string' || typeof entry === 'number') && !form.pattern.test(String(entry)))
        this.#report(
          [...path, name],
          `${nameOf([...path, name])} is ${String(entry)}, which is not a valid ${form.name}`,
          form.hint,
        );
      else if (typeof entry === 'string' || typeof entry === 'number') texts[name] = String(entry);
      else this.#report([...path, name], `${nameOf([...path, name])} must be text`, 'put it in quotes');
    }
    return texts;
  }

  #rootfs(value: string, path: Path): ImageStandIn | undefined {
    if (value === 'host') return { rootfs: 'host' };
    const builtin = builtinStandIn(value);
    if (builtin?.kind === 'image') return builtin.standIn;
    if (builtin) {
      this.#report(path, `${nameOf(path)}: ${builtin.message}`, builtin.hint);
      return undefined;
    }
    const saved = readImageReference(value, this.#base);
    if (saved !== undefined) return this.#saved(saved, path);
    const rootfs = this.#directory(value, path);
    return rootfs === undefined ? undefined : { rootfs };
  }

  #saved(reference: ImageReference, path: Path): ImageStandIn | undefined {
    const found = savedImageStandIn(reference, String(path[1]));
    if (found.kind === 'image') return found.standIn;
    this.#report(path, `${nameOf(path)}: ${found.message}`, found.hint);
    return undefined;
  }

  #text(fields: JsonObject, field: string, path: Path, fallback?: string): string | undefined {
    const value = fields[field] ?? fallback;
    if (typeof value === 'string' && value !== '') return value;
    this.#report([...path, field], `${nameOf([...path, field])} must be text`, 'write the path of a directory');
    return undefined;
  }

  #textList(fields: JsonObject, field: string, path: Path): readonly string[] | undefined {
    const value = fields[field];
    if (value === undefined) return undefined;
    if (Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string')) return value;
    this.#report(
      [...path, field],
      `${nameOf([...path, field])} must be a list of strings`,
      `write each argument as an item, as in \`${field}: [sh, -c, "make all"]\``,
    );
    return undefined;
  }

  #directory(value: string, path: Path): string | undefined {
    const directory = resolve(this.#base, value);
    if (existsSync(directory) && statSync(directory).isDirectory()) return directory;
    const what = existsSync(directory) ? 'is not a directory' : 'does not exist';
    this.#report(
      path,
      `${nameOf(path)}: ${directory} ${what}`,
      `paths are relative to the directory of the file, ${this.#base}`,
    );
    return undefined;
  }

  #report(path: Path, message: string, hint: string): void {
    this.problems.push({ path, message, hint });
  }
}

/** The format of label names and resource names: a name with an optional domain prefix. */
const NAME = /^(?:[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?$/;
const NAME_HINT = "use letters, digits, '-', '_' and '.', with an optional domain prefix: `nvidia.com/gpu`";

/** The format of a value. */
interface ValueFormat {
  readonly pattern: RegExp;
  readonly name: string;
  readonly hint: string;
}

const LABEL: ValueFormat = {
  pattern: /^(?:[A-Za-z0-9](?:[\w.-]{0,61}[A-Za-z0-9])?)?$/,
  name: 'value of a label',
  hint: "use up to 63 letters, digits, '-', '_' and '.'",
};
const QUANTITY: ValueFormat = {
  pattern: /^\d+(?:\.\d+)?(?:[numkMGTPE]|[KMGTPE]i|[eE]\d{1,2})?$/,
  name: 'amount',
  hint: 'use a number with its unit, as in `4`, `500m` or `16Gi`',
};

const EXAMPLES: Readonly<Record<string, string>> = {
  images: 'golang: host',
  resources: 'my-source: { directory: . }',
  node: 'disktype: ssd',
};

const nameOf = (path: Path): string => (path.length === 0 ? 'the file' : path.join('.'));
