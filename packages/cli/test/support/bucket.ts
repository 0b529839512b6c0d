/** A directory served as the bucket `shop`, and programs that make the controller's own steps use it. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from '@jest/globals';
import { exposeToPods, type Files, type ClusterKind } from '../../../controller/test/support/test-cluster.js';
import { BUCKETS_FILE, bucketsJson } from '../../src/stand-ins/host-files.js';
import { gsutilProgram } from '../../src/object-store/gsutil-program.js';
import { startObjectStore } from '../../src/object-store/object-store.js';

/** A gsutil, and a gcloud that prints the key of the account to activate. */
const PROGRAMS = {
  '/usr/local/bin/gsutil': gsutilProgram(),
  '/usr/local/bin/gcloud': '#!/bin/sh\nfor word; do case $word in --key-file=*) cat "${word#*=}" ;; esac; done\n',
};

/** The bucket, removed after the tests of this `describe`. */
export class Bucket {
  readonly directory = mkdtempSync(join(tmpdir(), 'pipewright-bucket-'));
  readonly #closers: (() => unknown)[] = [() => rmSync(this.directory, { recursive: true })];

  constructor() {
    afterAll(async () => {
      for (const close of this.#closers.reverse()) await close();
    });
  }

  /** Serves the bucket. @returns the files to add to the images of the controller's own steps */
  async serve(place: ClusterKind): Promise<Files> {
    const store = await startObjectStore((name) => (name === 'shop' ? this.directory : undefined));
    this.#closers.push(() => store.close());
    const seen = await exposeToPods(store.url, place, 'of-server');
    this.#closers.push(() => seen.close());
    return { ...PROGRAMS, [BUCKETS_FILE]: bucketsJson(['shop'], seen.url) };
  }

  put(file: string, content: string | Buffer): void {
    mkdirSync(dirname(join(this.directory, file)), { recursive: true });
    writeFileSync(join(this.directory, file), content);
  }

  /** Returns all objects with their text. */
  objects(): Readonly<Record<string, string>> {
    return Object.fromEntries(
      readdirSync(this.directory, { recursive: true, withFileTypes: true })
        .filter((it) => it.isFile())
        .map((it) => join(it.parentPath, it.name))
        .sort()
        .map((path) => [path.slice(this.directory.length + 1), readFileSync(path, 'utf8')]),
    );
  }
}
