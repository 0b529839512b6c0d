/** Opens the storage of a cluster: in memory, or in a data directory. */

import { chmodSync, mkdirSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import { systemClock, type Clock } from '@pipewright/apimachinery';
import { ClusterError } from '../platform/cluster-error.js';
import { heapCapacity } from './memory/capacity.js';
import { Checkpointer, snapshotSize } from './journal/checkpointer.js';
import { reasonOf, remedyOf, unsupportedFiles, unusable } from './journal/damage.js';
import { systemDisk, type Disk } from './disk/disk.js';
import { GroupCommit } from './journal/group-commit.js';
import { lock } from './disk/lock.js';
import { initialize, isInitialized, recover } from './journal/recovery.js';
import { newSecrets, openSecrets, type ClusterSecrets } from './secrets.js';
import type { StorageWriteError } from './journal/storage-write-error.js';
import { Store } from './memory/store.js';

/** An open storage. */
export interface Storage {
  readonly store: Store;
  readonly secrets: ClusterSecrets;
  /** Returns why writes are currently rejected; undefined while they succeed. */
  failure(): StorageWriteError | undefined;
  /**
   * Commits pending writes and releases the directory. Rejects with a `ClusterError` if written objects could not be
   * saved; the directory is released in any case.
   */
  close(): Promise<void>;
}

/** Size limits, reduced in tests. */
export interface StorageLimits {
  /** The minimum size of the log at which a snapshot is written. */
  readonly segmentBytes: number;
  /** The size of the chunks in which a snapshot is written. */
  readonly chunkBytes: number;
  /** The maximum size of all objects in bytes. */
  readonly capacityBytes: number;
}

/** Returns the maximum size of all objects that fit into the heap of this process. */
const ownCapacity = (): number => heapCapacity(getHeapStatistics().heap_size_limit);

const LIMITS = { segmentBytes: 16 * 1024 * 1024, chunkBytes: 256 * 1024 } as const;

/** Options of a storage. */
export interface StorageOptions {
  /** Dates the certificates of new directories, and delays retries after a disk failure. @default the machine's */
  readonly clock?: Clock;
  /** Receives messages for the operator. @default they are dropped */
  readonly log?: (line: string) => void;
  /** The cluster's secrets, in place of those in the directory. @default - kept in the directory */
  readonly secrets?: ClusterSecrets;
  /** @default - 16 MiB of log, 256 KiB at once, half of Node's heap */
  readonly limits?: Partial<StorageLimits>;
}

/** Opens a storage; in memory if no directory is given. Rejects with a `ClusterError` that contains the remedy. */
export async function openStorage(directory: string | undefined, options: StorageOptions = {}): Promise<Storage> {
  const { clock = systemClock, log = () => undefined, secrets, limits } = options;
  if (directory === undefined) {
    const store = new Store(0, bugReport(log), limits?.capacityBytes ?? ownCapacity());
    return {
      store,
      secrets: secrets ?? newSecrets(clock.date()),
      failure: () => undefined,
      close: () => Promise.resolve(),
    };
  }
  let unlock: () => void = () => undefined;
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    chmodSync(directory, 0o700);
    unlock = lock(directory);
    const storage = await openStorageOn(systemDisk(directory), options);
    return { ...storage, close: () => storage.close().finally(unlock) };
  } catch (cause) {
    unlock();
    throw unusable(directory, cause);
  }
}

/** Opens a storage on a disk that no other process uses. Rejects with a `ClusterError` that contains the remedy. */
export async function openStorageOn(disk: Disk, options: StorageOptions = {}): Promise<Storage> {
  try {
    return await opened(disk, options);
  } catch (cause) {
    throw unusable(disk.path, cause);
  }
}

async function opened(disk: Disk, options: StorageOptions): Promise<Storage> {
  const { clock = systemClock, log: notice = () => undefined, limits } = options;
  const names = await disk.list();
  const isUsed = isInitialized(names);
  if (!isUsed) refuseOlderFormat(disk, names);
  const secrets = options.secrets ?? (await openSecrets(disk, isUsed, () => clock.date()));
  const capacityBytes = limits?.capacityBytes ?? ownCapacity();
  const reading = { disk, notice, onBug: bugReport(notice), capacityBytes };
  const { store, log } = await (isUsed ? recover(reading) : initialize(reading));
  const snapshotBytes = await snapshotSize(disk, log.length.base);
  const checkpointer = new Checkpointer({ disk, store, log, notice, snapshotBytes, ...LIMITS, ...limits });
  const afterBatch = (): Promise<void> => checkpointer.afterBatch();
  const commits = new GroupCommit({ store, log, directory: disk.path, notice, afterBatch, clock });
  store.attach(commits);
  return {
    store,
    secrets,
    failure: () => commits.failure,
    close: () => close(disk, { commits, checkpointer, log, notice }),
  };
}

interface Parts {
  readonly commits: GroupCommit;
  readonly checkpointer: Checkpointer;
  readonly log: Awaited<ReturnType<typeof recover>>['log'];
  readonly notice: (line: string) => void;
}

async function close(disk: Disk, { commits, checkpointer, log, notice }: Parts): Promise<void> {
  const failure = await commits.close();
  await checkpointer.close();
  let cause: unknown = failure;
  await log.check().catch((error: unknown) => (cause ??= error));
  await log.close().catch((error: unknown) => (cause ??= error));
  if (cause !== undefined) {
    const reason = failure?.message ?? `the data directory ${disk.path} can no longer be written: ${reasonOf(cause)}`;
    const hint = failure?.hint ?? remedyOf(cause);
    throw new ClusterError('DATA_DIR_NOT_SAVED', `not everything could be saved: ${reason}`, hint, { cause });
  }
  if (checkpointer.failure !== undefined) notice(`${checkpointer.failure}; nothing is lost: the log is complete`);
}

/** Rejects directories older than format 1, whose files differ: ignoring them would look like data loss. */
function refuseOlderFormat(disk: Disk, names: readonly string[]): void {
  const found = names.filter((name) => name === 'snapshot.ndjson' || name === 'log.ndjson');
  if (found.length > 0) throw unsupportedFiles(disk.path, found);
}

const bugReport =
  (log: (line: string) => void) =>
  (error: unknown): void =>
    log(`a listener of the storage failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
