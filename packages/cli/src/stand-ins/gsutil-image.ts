/**
 * The overlay of the gsutil image: a gsutil that resolves the buckets of the run, and a gcloud that accepts any account
 * activation.
 */

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { openTemporaryDirectory } from '@pipewright/cluster';
import { writeFileNamingPath } from '../diagnostics/failure.js';
import { gsutilProgram } from '../object-store/gsutil-program.js';

/** An overlay directory with the two programs. */
export interface GsutilImage {
  readonly overlay: string;
  readonly close: () => Promise<void>;
}

/** Creates the overlay. Node is found in PATH; the sandbox provides this process's Node there. */
export async function makeGsutilImage(): Promise<GsutilImage> {
  const { path, remove } = await openTemporaryDirectory('gsutil');
  const bin = join(path, 'usr/local/bin');
  mkdirSync(bin, { recursive: true });
  writeProgram(join(bin, 'gsutil'), gsutilProgram());
  writeProgram(join(bin, 'gcloud'), '#!/bin/sh\nexit 0\n');
  return { overlay: path, close: remove };
}

function writeProgram(file: string, text: string): void {
  writeFileNamingPath(file, text);
  chmodSync(file, 0o755);
}
