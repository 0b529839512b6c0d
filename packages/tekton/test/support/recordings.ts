/** Answers of Tekton v1.15 to recorded objects. The recordings are optional: a folder beside the repository, as for parity. */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { isThorough } from '../../../../test/thorough.js';

const FOLDER = join(import.meta.dirname, '../../../../../shared/oracle/v1.15/cases');

/** A test over all recordings, for the thorough run. Tables in the same suites have the same content. */
export const testWithRecordings: typeof test | typeof test.skip = isThorough && existsSync(FOLDER) ? test : test.skip;

/** An object and the answer to it. */
export interface RecordedObject {
  /** Case and index. */
  readonly id: string;
  readonly object: { readonly apiVersion: string; readonly kind: string; readonly spec?: unknown };
  readonly isAdmitted: boolean;
  /** Text of the Status. Empty if the object was admitted. */
  readonly message: string;
  /** The spec as admission left it. */
  readonly defaulted?: unknown;
  /** Settings of the ConfigMaps. */
  readonly config: Readonly<Record<string, string>>;
}

interface Outcome {
  readonly applied: readonly {
    readonly code: number;
    readonly status?: { readonly message: string };
    readonly defaulted?: unknown;
  }[];
  readonly config?: Readonly<Record<string, string>>;
}

/** All Tekton objects of the recorded cases. */
export const recordedObjects = (): RecordedObject[] => readdirSync(FOLDER).flatMap(objectsOfCase);

function objectsOfCase(name: string): RecordedObject[] {
  const outcome = JSON.parse(readFileSync(join(FOLDER, name, 'outcome.json'), 'utf8')) as Outcome; // as its README expected
  const objects = parseAllDocuments(readFileSync(join(FOLDER, name, 'input.yaml'), 'utf8'))
    .map(
      (document) =>
        document.toJS() as (RecordedObject['object'] & { readonly items?: RecordedObject['object'][] }) | null,
    )
    .flatMap((object) => (object === null ? [] : (object.items ?? [object])));
  return objects.flatMap((object, index) => {
    const { code = 0, status, defaulted } = outcome.applied[index] ?? {};
    if (!object.apiVersion.startsWith('tekton.dev/')) return [];
    const isAdmitted = code < 300;
    return [
      {
        id: `${name} ${String(index)}`,
        object,
        isAdmitted,
        defaulted,
        message: isAdmitted ? '' : (status?.message ?? ''),
        config: outcome.config ?? {},
      },
    ];
  });
}
