/**
 * What is laid over this machine's files for the image of gsutil: a gsutil that knows the buckets of the run, and a gcloud that has
 * no account to activate.
 */

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openTemporaryDirectory } from '@pipewright/cluster';
import { writeFileNamingPath } from '../diagnostics/failure.js';
import { gsutilProgram } from '../object-store/gsutil-program.js';

/** A directory with the two programs. */
export interface GsutilImage {
  readonly overlay: string;
  readonly close: () => Promise<void>;
}

/** Makes it; Node is found in PATH, where the sandbox shows this one. */
export async function makeGsutilImage(): Promise<GsutilImage> {
  const { path, remove } = await openTemporaryDirectory('gsutil');
  const bin = join(path, 'usr/local/bin');
  mkdirSync(bin, { recursive: true });
  put(join(bin, 'gsutil'), gsutilProgram());
  put(join(bin, 'gcloud'), '#!/bin/sh\nexit 0\n');
  return { overlay: path, close: remove };
}

function put(file: string, text: string): void {
  writeFileNamingPath(file, text);
  chmodSync(file, 0o755);
}
