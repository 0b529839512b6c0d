/**
 * The logs of this node's containers, kept until their pod is deleted.
 */

import { readdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { LogOptions, PodLogs, PodRef } from '../../model/pod-logs.js';
import type { OutputSink } from '../../runtime/runtime.js';
import { removeTree } from '../../runtime/host/remove-tree.js';
import { LogFile, type MissingOutput } from './log-file.js';
import { readLog } from './log-reader.js';

/** A container log for the writer. */
export interface ContainerLog extends OutputSink {
  /** Ends the log. Repeated calls have no effect. */
  end(): void;
  /** Output that is missing from the log. @default nothing is missing */
  readonly missing?: MissingOutput | undefined;
  /** Returns the end of the log, limited to a number of lines and bytes. */
  tail(lines: number, bytes: number): Promise<string>;
}

/** The logs of all containers of a node. */
export interface ContainerLogs extends PodLogs {
  /** Creates the log of an attempt. */
  begin(pod: PodRef, container: string, attempt: number): ContainerLog;
  /** Removes the logs of a deleted pod. */
  remove(pod: PodRef): Promise<void>;
  /** Removes the logs of pods that no longer exist, by uid, whose deletion may have been missed. */
  retain(exists: (uid: string) => boolean): Promise<void>;
}

/** Stores logs as files: `<namespace>_<pod>_<uid>/<container>.<attempt>.log`. */
export class LogStore implements ContainerLogs {
  readonly #directory: string;
  readonly #now: () => Date;
  /** By a pod's directory, and a log's path in it without its attempt. */
  readonly #live = new Map<string, Map<string, LogFile>>();

  constructor(directory: string, now: () => Date) {
    this.#directory = directory;
    this.#now = now;
  }

  /** Creates the log of an attempt. */
  begin(pod: PodRef, container: string, attempt: number): LogFile {
    const path = this.#prefixOf(pod, container);
    const log = new LogFile(pathOf(path, attempt), this.#now);
    const logs = this.#live.get(dirname(path)) ?? new Map<string, LogFile>();
    this.#live.set(dirname(path), logs.set(path, log));
    if (attempt > 0) log.begin(); // otherwise a later process would take the previous attempt's log for the newest
    return log;
  }

  open(pod: PodRef, container: string, options: LogOptions): ReadableStream<Uint8Array> | undefined {
    const prefix = this.#prefixOf(pod, container);
    const newestLive = this.#live.get(dirname(prefix))?.get(prefix);
    const path = options.attempt === undefined ? (newestLive?.path ?? newest(prefix)) : pathOf(prefix, options.attempt);
    const live = newestLive?.path === path ? newestLive : undefined;
    return path === undefined ? undefined : readLog(path, live, options, this.#now());
  }

  async remove(pod: PodRef): Promise<void> {
    await this.#remove(this.#podDirectory(pod));
  }

  async retain(exists: (uid: string) => boolean): Promise<void> {
    for (const name of await directoriesIn(this.#directory)) {
      const [, , uid, ...more] = name.split('_');
      if (uid !== undefined && more.length === 0 && !exists(uid)) await this.#remove(join(this.#directory, name));
    }
  }

  async #remove(directory: string): Promise<void> {
    for (const log of this.#live.get(directory)?.values() ?? []) log.end();
    this.#live.delete(directory);
    await removeTree(directory);
  }

  #podDirectory({ namespace, name, uid }: PodRef): string {
    return join(this.#directory, `${namespace}_${name}_${uid}`);
  }

  #prefixOf(pod: PodRef, container: string): string {
    return join(this.#podDirectory(pod), container);
  }
}

async function directoriesIn(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory, { withFileTypes: true })).flatMap((entry) =>
      entry.isDirectory() ? [entry.name] : [],
    );
  } catch {
    return []; // no container has started yet
  }
}

const pathOf = (prefix: string, attempt: number): string => `${prefix}.${attempt}.log`;

/** @param prefix a log's path without its attempt */
function newest(prefix: string): string | undefined {
  try {
    const names = readdirSync(dirname(prefix)).filter((name) => name.startsWith(`${basename(prefix)}.`));
    const attempts = names.map((name) => Number.parseInt(name.slice(basename(prefix).length + 1), 10));
    return attempts.length === 0 ? undefined : pathOf(prefix, Math.max(...attempts));
  } catch {
    return undefined; // never started
  }
}
