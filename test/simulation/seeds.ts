/** The fixed seeds: a range, and each seed that has found a defect. The default suite runs a few, with THOROUGH=1 all. */

/** A scenario: the storage and the API server with clients, or the whole system. */
export type Level = 'storage' | 'system';

/** All levels. */
export const LEVELS: readonly Level[] = ['storage', 'system'];

const range = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);

/** The seeds of the default suite: two different ones and, for the storage, whose seeds are short, one that has found a defect. */
export const DEFAULT_SEEDS: Readonly<Record<Level, readonly number[]>> = { storage: [1, 2, 993], system: [1, 2] };

/** By level. Add each failing seed with a comment on the defect, and keep it. */
export const SEEDS: Readonly<Record<Level, readonly number[]>> = {
  storage: [
    ...range(20),
    993, // a tail that was only in the page cache was served after a restart, and lost in the next power loss
    89490019476, // not a defect: the disk lost both syncs of a new directory, and a power failure then left it empty
    851430011067, // not a defect: the disk lost a sync of the log, and the committed length that shows it was damaged
  ],
  system: [
    ...range(4),
    125, // a deleted pod that the watch still showed was created again
    348, // a pod that was deleted before the status named it was created again
    810865274466, // a pod that was created and deleted between two lists of the controller woke no run
    217475786206, // a pod of an earlier controller that was deleted before the TaskRuns were listed was created again
    844999501244, // not a defect: a task with a longer timeout than its failed run was expected to end with it
    893465280794, // not a defect: the controller stopped before a callback that it had deferred, which then does nothing
  ],
};
