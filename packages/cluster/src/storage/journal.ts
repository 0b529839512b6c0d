/**
 * Keeps a store in a directory: a snapshot, and a log of every change since.
 *
 *     change ─▶ line with checksum ─▶ one write for all that came together ─▶ fdatasync ─▶ answered
 *
 * A write is answered when it is on disk. What a crash tore off the log's end had not been answered, and is cut away. Lines are
 * JSON, so that a person can read what happened.
 */

import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  truncateSync,
  writeSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { isObject, stringAt, textOf, type KubeObject } from '../api/json.js';
import { namingPath } from '../disk-failure.js';
import { ClusterError } from '../cluster-error.js';
import { Store, type Change } from './store.js';

/** When the log has grown to this, a snapshot takes its place. */
const MOST_LOG_BYTES = 16 * 1024 * 1024;

const sumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');
const line = (text: string): string => `${sumOf(text)} ${text}\n`;

/** A store that outlives its process. */
export class Journal {
  readonly store: Store;
  readonly #directory: string;
  readonly #log: string;
  #file: FileHandle;
  #pending: string[] = [];
  #size: number;
  #flushing: Promise<void> | undefined;
  #next: Promise<void> | undefined;

  private constructor(directory: string, store: Store, file: FileHandle, size: number) {
    this.#directory = directory;
    this.#log = join(directory, 'log.ndjson');
    this.store = store;
    this.#file = file;
    this.#size = size;
    store.onChange((change, place) => this.#note(change, place));
  }

  /** Reads what a directory holds, or begins there. Throws `DATA_DIR_DAMAGED` when it cannot be trusted. */
  static async open(directory: string): Promise<Journal> {
    const snapshot = readSnapshot(join(directory, 'snapshot.ndjson'));
    const log = join(directory, 'log.ndjson');
    const { revision, size } = replay(log, snapshot);
    const store = new Store(revision);
    for (const { place, object } of snapshot.objects.values()) store.restore(place, object);
    return new Journal(directory, store, await open(log, 'a', 0o600), size);
  }

  /** Resolves when every change so far is on disk. */
  settled(): Promise<void> | undefined {
    if (this.#pending.length === 0) return this.#flushing;
    this.#next ??= (this.#flushing ?? Promise.resolve()).then(() => this.#flush());
    return this.#next;
  }

  /** Writes what is left and a snapshot, so that the next start is quick. */
  async close(): Promise<void> {
    await this.settled();
    await this.#snapshot();
    await this.#file.close();
  }

  #note({ type, revision, object }: Change, place: string): void {
    const { namespace = '', name } = object.metadata;
    const what = type === 'DELETED' ? `"gone":${JSON.stringify([namespace, name])}` : `"object":${textOf(object)}`;
    this.#pending.push(line(`{"revision":${revision},"place":${JSON.stringify(place)},${what}}`));
    if (this.#pending.length === 1) setImmediate(() => void this.settled());
  }

  async #flush(): Promise<void> {
    this.#next = undefined;
    const flushing = this.#append(this.#pending.join(''));
    this.#pending = [];
    this.#flushing = flushing;
    try {
      await flushing;
    } finally {
      if (this.#flushing === flushing) this.#flushing = undefined;
    }
    if (this.#size > MOST_LOG_BYTES && this.#pending.length === 0) await this.#snapshot();
  }

  async #append(text: string): Promise<void> {
    if (text === '') return;
    try {
      await this.#file.appendFile(text);
      await this.#file.datasync();
    } catch (cause) {
      throw namingPath(cause, this.#log);
    }
    this.#size += Buffer.byteLength(text);
  }

  /** Writes all objects beside the old snapshot, then takes its place in one step and begins a new log. */
  async #snapshot(): Promise<void> {
    const [made, target] = [join(this.#directory, 'snapshot.tmp'), join(this.#directory, 'snapshot.ndjson')];
    const objects = this.store.collections().flatMap(({ place }) =>
      this.store
        .collection(place)
        .list()
        .map((object) => ({ place, object })),
    );
    const file = openSync(made, 'w', 0o600);
    try {
      writeSync(file, line(JSON.stringify({ revision: this.store.revision, objects: objects.length })));
      for (const { place, object } of objects) {
        writeSync(file, line(`{"place":${JSON.stringify(place)},"object":${textOf(object)}}`));
      }
      fsyncSync(file);
    } catch (cause) {
      throw namingPath(cause, made);
    } finally {
      closeSync(file);
    }
    renameSync(made, target);
    await this.#file.close();
    truncateSync(this.#log, 0);
    this.#file = await open(this.#log, 'a', 0o600);
    this.#size = 0;
    syncDirectory(this.#directory);
  }
}

interface Snapshot {
  readonly revision: number;
  /** By place, namespace and name; the log's changes are put into it. */
  readonly objects: Map<string, { readonly place: string; readonly object: KubeObject }>;
}

const keyOf = (place: string, namespace: string, name: string): string => `${place}\0${namespace}\0${name}`;

function readSnapshot(file: string): Snapshot {
  const objects: Snapshot['objects'] = new Map();
  if (!existsSync(file)) return { revision: 0, objects };
  const { entries, rest } = readLines(file);
  const [head, ...items] = entries;
  if (rest !== '' || !head || head['objects'] !== items.length) throw damaged(file, 'it is not whole');
  for (const item of items) {
    const object = objectIn(item, file);
    const place = stringAt(item, 'place');
    objects.set(keyOf(place, object.metadata.namespace ?? '', object.metadata.name), { place, object });
  }
  return { revision: Number(head['revision']), objects };
}

/** Brings a snapshot up to date with the log, and cuts off what a crash left unfinished at its end. */
function replay(file: string, { revision, objects }: Snapshot): { readonly revision: number; readonly size: number } {
  if (!existsSync(file)) return { revision, size: 0 };
  const { entries, size, rest } = readLines(file);
  if (rest.includes('\n') && rest.indexOf('\n') < rest.length - 1)
    throw damaged(file, `line ${entries.length + 1} has a wrong checksum`);
  if (rest !== '') truncateSync(file, size);
  let last = revision;
  for (const entry of entries) {
    const at = Number(entry['revision']);
    if (at <= revision) continue; // written before the snapshot took its place
    last = at;
    const place = stringAt(entry, 'place');
    const { gone } = entry;
    if (Array.isArray(gone)) objects.delete(keyOf(place, String(gone[0]), String(gone[1])));
    else {
      const object = objectIn(entry, file);
      objects.set(keyOf(place, object.metadata.namespace ?? '', object.metadata.name), { place, object });
    }
  }
  return { revision: last, size };
}

/** Lines whose checksum is right, up to the first whose is not; `rest` is everything from there. */
function readLines(file: string): {
  readonly entries: readonly Record<string, unknown>[];
  readonly size: number;
  readonly rest: string;
} {
  const text = readFileSync(file, 'utf8');
  const entries: Record<string, unknown>[] = [];
  let place = 0;
  while (place < text.length) {
    const end = text.indexOf('\n', place);
    const body = text.slice(place + 9, end < 0 ? text.length : end);
    if (end < 0 || text.slice(place, place + 8) !== sumOf(body)) break;
    const entry: unknown = JSON.parse(body);
    if (!isObject(entry)) break;
    entries.push(entry);
    place = end + 1;
  }
  return { entries, size: Buffer.byteLength(text.slice(0, place)), rest: text.slice(place) };
}

function objectIn(entry: Record<string, unknown>, file: string): KubeObject {
  const { object } = entry;
  if (!isObject(object) || !isObject(object['metadata'])) throw damaged(file, 'an entry holds no object');
  return object as KubeObject; // written by this file, and its checksum is right
}

const damaged = (file: string, why: string): ClusterError =>
  new ClusterError(
    'DATA_DIR_DAMAGED',
    `${file} cannot be read: ${why}`,
    'restore the directory from a copy, or start with an empty one',
  );

/** A rename is safe when the directory is on disk. */
function syncDirectory(directory: string): void {
  const handle = openSync(directory, 'r');
  fdatasyncSync(handle);
  closeSync(handle);
}
