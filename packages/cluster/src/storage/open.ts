/** Where a cluster's objects and secrets live: in memory, or in a directory of its own. */

import { chmodSync, mkdirSync } from 'node:fs';
import { Journal } from './journal.js';
import { lock } from './lock.js';
import { newSecrets, secretsIn, type ClusterSecrets } from './secrets.js';
import { Store } from './store.js';

/** An open storage. */
export interface Storage {
  readonly store: Store;
  readonly secrets: ClusterSecrets;
  /** Resolves when every write so far is safe; undefined when it is already. */
  readonly settled: () => Promise<void> | undefined;
  /** Makes everything safe and lets go of the directory. */
  close(): Promise<void>;
}

/** Opens a storage; without a directory nothing outlives the process. */
export async function openStorage(directory: string | undefined, now: Date): Promise<Storage> {
  if (directory === undefined) {
    return { store: new Store(), secrets: newSecrets(now), settled: () => undefined, close: () => Promise.resolve() };
  }
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  chmodSync(directory, 0o700);
  const unlock = lock(directory);
  try {
    const secrets = secretsIn(directory, now);
    const journal = await Journal.open(directory);
    const close = async (): Promise<void> => {
      await journal.close();
      unlock();
    };
    return { store: journal.store, secrets, settled: () => journal.settled(), close };
  } catch (error) {
    unlock();
    throw error;
  }
}
