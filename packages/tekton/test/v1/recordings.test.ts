/** Every recorded object of tekton.dev/v1: whether Tekton v1.15 admits it, and its message. */

import { expect } from '@jest/globals';
import { applyDefaults, readTektonConfig } from '@pipewright/tekton';
import { checkRecorded, kindDefinition } from '../support/v1.js';
import { recordedObjects, testWithRecordings, type RecordedObject } from '../support/recordings.js';

/** Differences by id, with their reason. */
const ACCEPTED: Readonly<Record<string, string>> = {
  'v-pipeline-results 17':
    'Tekton refuses text before the first reference of a pipeline result; the text is what the user means',
  'v-pipeline-results 19': 'the same',
  'r-alpha-when-cel 3': 'Tekton forgets to format its message about an invalid CEL expression',
  'r-alpha-when-cel 4': 'the same',
  'r-alpha-when-cel 8': 'the same',
};

/** The part of the recorded text that is a webhook's own; undefined if the API server or another object refused it. */
function webhookText({ isAdmitted, message }: RecordedObject): string | undefined {
  if (isAdmitted) return '';
  const [, text] =
    /^admission webhook .* denied the request: (?:validation|mutation) failed: ([^]*)$/.exec(message) ?? [];
  return text;
}

testWithRecordings('every recorded object is answered as Tekton v1.15 answered it', () => {
  const compared = recordedObjects().flatMap((recorded) => {
    const expected = webhookText(recorded);
    if (expected === undefined || !kindDefinition(recorded.object)) return [];
    return [{ id: recorded.id, expected, answer: checkRecorded(recorded.object, recorded.config)?.message ?? '' }];
  });
  const differences = compared.filter(({ expected, answer }) => answer !== expected);
  expect(differences.filter(({ id }) => !(id in ACCEPTED))).toEqual([]);
  expect(differences.map(({ id }) => id).toSorted()).toEqual(Object.keys(ACCEPTED).toSorted());
  expect(compared.filter(({ expected }) => expected !== '').length).toBeGreaterThan(200);
  expect(compared.filter(({ expected }) => expected === '').length).toBeGreaterThan(200);
});

/** The recorder filled in the addresses of its machine. */
const withoutAddresses = (json: string): string =>
  json.replaceAll('10.245.0.1:15000', 'LAB_REGISTRY').replaceAll('10.245.0.1', 'LAB_HOST');

/** Removes what Go writes for empty structs. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map((item) => withoutEmpty(item) ?? null);
  if (typeof value !== 'object' || value === null) return value ?? undefined;
  const entries = Object.entries(value).map(([key, item]): [string, unknown] => [key, withoutEmpty(item)]);
  const present = entries.filter(([, item]) => item !== undefined && item !== '');
  return present.length === 0 ? undefined : Object.fromEntries(present.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Objects with fields that the API server dropped before the webhook saw them. */
const WITH_DROPPED_FIELDS: readonly string[] = [
  'v-steps 13',
  'v-task-parts 9',
  ...[0, 1, 2, 3, 4, 7, 8, 9].map((index) => `v-unknown-fields ${index}`),
];

testWithRecordings('every admitted object has the defaults that Tekton v1.15 writes', () => {
  const defaulted = recordedObjects().filter(
    (recorded) => recorded.defaulted !== undefined && kindDefinition(recorded.object),
  );
  const differences = defaulted.flatMap(({ id, object, defaulted: theirSpec, config }) => {
    const { spec } = applyDefaults({ ...object }, { config: readTektonConfig(config, config).config });
    const [ours, theirs] = [spec, theirSpec].map((one) => withoutAddresses(JSON.stringify(withoutEmpty(one))));
    return ours === theirs ? [] : [{ id, ours, theirs }];
  });
  expect(differences.filter(({ id }) => !WITH_DROPPED_FIELDS.includes(id))).toEqual([]);
  expect(differences.map(({ id }) => id)).toEqual(WITH_DROPPED_FIELDS);
  expect(defaulted.length).toBeGreaterThan(200);
});
