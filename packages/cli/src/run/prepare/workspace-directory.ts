/** Checks directories of the machine that are workspaces. Separate because the preparation itself depends on its arguments alone. */

import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from '../../diagnostics/usage-error.js';
import type { WorkspaceDirectory } from '../select/workspace-source.js';

/** Returns a directory with its absolute path. Throws a UsageError if it does not exist. */
export function requireDirectory(directory: WorkspaceDirectory): WorkspaceDirectory {
  const { path } = directory;
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() === true) return { ...directory, path: resolve(path) };
  throw new UsageError(
    `'${path}', the source of a workspace, is not a directory`,
    'write -w NAME=DIR, NAME=emptyDir, or NAME=claim:CLAIM for a PersistentVolumeClaim',
  );
}
