/**
 * Importing, compiling and synthesizing YAML must reproduce the YAML: the article's manifests, and one case for each
 * v1alpha1 feature, valid and invalid (`cases/README.md`).
 *
 * Some cases are also varied: renamed, with nulls, damaged. With THOROUGH=1, all cases are tested and varied, and all
 * programs are compiled. `VARIATIONS_SEED=7 VARIATIONS_OF_EACH=9` selects other and more variations.
 */

import { mkdtempSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { applyDefaults, type V1alpha1Object } from '@pipewright/tekton';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { checkManifests } from '../../src/lint/check.js';
import type { JsonObject } from '../../src/json.js';
import { loadManifests } from '../../src/manifests/load.js';
import { isThorough, thoroughTest } from '../../../../test/thorough.js';
import { Programs, type Source, type Synthesized } from '../support/imported-programs.js';
import { AWKWARD_NAMES, fieldsIn, variations } from '../support/manifest-variations.js';

const root = resolve(import.meta.dirname, '../../../..');
const cases = join(import.meta.dirname, 'cases');

const EVERY_SOURCE: readonly Source[] = [
  { name: 'article', stem: 'article', path: join(root, 'examples/article/manifests') },
  ...readdirSync(cases)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.replace('.yaml', ''))
    .map((name) => ({ name, stem: name, path: join(cases, `${name}.yaml`) })),
];

/** The default suite tests the manifests with many objects and every fourth case. */
const SOURCES = EVERY_SOURCE.filter(({ name }, index) => isThorough || index % 4 === 0 || !/^[rv]-/.test(name));

const objectsOf = ({ path }: Source): readonly JsonObject[] =>
  loadManifests([path]).manifests.map(({ object }) => object);

const work = mkdtempSync(join(tmpdir(), 'pipewright-import-'));
const fields = fieldsIn(SOURCES.flatMap(objectsOf));
const { VARIATIONS_SEED: seed = '1', VARIATIONS_OF_EACH: count = '1' } = process.env;

/** The default suite varies every third source. */
const STEP = isThorough ? 1 : 3;

/** Variations of sources. The first one is in a file whose name has a meaning in the program. */
const VARIATIONS: readonly Source[] = SOURCES.flatMap((source, index) =>
  fc
    .sample(variations(objectsOf(source), fields), {
      numRuns: index % STEP === 0 ? Number(count) : 0,
      seed: Number(seed) + index,
    })
    .map((objects, number) => {
      const stem = AWKWARD_NAMES[(index + number) % AWKWARD_NAMES.length] ?? '';
      const name = `${source.name}-varied-${String(number)}`;
      mkdirSync(join(work, name));
      const path = join(work, name, `${stem}.yaml`);
      writeFileSync(path, objects.map((it) => JSON.stringify(it, null, 1)).join('\n---\n'));
      return { name, stem, path };
    }),
);

const programs = new Programs('imported', [...SOURCES, ...VARIATIONS]);
let synthesized: Readonly<Record<string, Synthesized>> = {};
beforeAll(() => {
  synthesized = programs.synthesize();
});
afterAll(() => {
  programs.remove();
  rmSync(work, { recursive: true, force: true });
});

/** Normalizes an object as Tekton reads it: without nulls, and with defaults (including `kind: Task` of references). */
function kept(object: object): object {
  const { kind, spec } = object as { kind?: string; spec?: unknown };
  const plain = tidy(object) as V1alpha1Object;
  return String(plain.apiVersion).startsWith('tekton.dev/') && typeof spec === 'object' && kind !== undefined
    ? withDefaults(plain)
    : plain;
}

/** Applies defaults, if possible: it fails for damaged objects. */
function withDefaults(object: V1alpha1Object): object {
  try {
    return applyDefaults(object);
  } catch {
    return object;
  }
}

/** Whether the field is an empty labels or annotations map, which cdk8s omits. */
const isEmptyMap = (key: string, value: object): boolean =>
  (key === 'labels' || key === 'annotations') && Object.keys(value).length === 0;

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, it]) => !(key === 'kind' && it === 'Task' && !('apiVersion' in value)))
      .map(([key, it]) => [key, tidy(it)] as const)
      .filter(([key, it]) => it !== null && it !== undefined && !isEmptyMap(key, it)),
  );
}

const label = (object: object): string => {
  const { kind, metadata } = object as { kind: string; metadata?: { name?: string; generateName?: string } };
  return `${kind} ${metadata?.name ?? metadata?.generateName ?? ''} ${JSON.stringify(object).length}`;
};
const inOrder = (objects: readonly object[]): readonly object[] =>
  objects.map(kept).toSorted((a, b) => (label(a) < label(b) ? -1 : 1));

/** Serializes an object canonically. */
const canonical = (object: object): string =>
  JSON.stringify(kept(object), (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );

const codesOf = (problems: readonly string[]): readonly string[] =>
  problems.map((line) => /\[([A-Z_]+)\]$/.exec(line)?.[1] ?? line);

test.each(SOURCES)('$name is reproduced', (source) => {
  expect(inOrder(synthesized[source.name]?.objects ?? [])).toEqual(inOrder(objectsOf(source)));
});

test.each(SOURCES)('synth rejects $name with the messages of lint', (source) => {
  const findings = checkManifests(loadManifests([source.path]).manifests).filter(
    ({ severity }) => severity === 'error',
  );
  const codes = codesOf(synthesized[source.name]?.problems ?? []);
  expect(codes.filter((code) => !findings.some((finding) => finding.code === code))).toEqual([]);
});

test('invalid manifests are imported', () => {
  expect(programs.crashes).toEqual([]);
});

test('manifests with other names and with nulls are reproduced', () => {
  const changed = VARIATIONS.flatMap((source) => {
    const { objects, problems } = synthesized[source.name] ?? { objects: [], problems: [] };
    const [made, wanted] = [objects.map(canonical), objectsOf(source).map(canonical)];
    const lost = wanted
      .filter((it) => !made.includes(it))
      .map((it) => `${source.name} lost ${it} ${problems.join(', ')}`);
    return [...lost, ...made.filter((it) => !wanted.includes(it)).map((it) => `${source.name} has made ${it}`)];
  });
  expect(changed).toEqual([]);
});

thoroughTest('all programs compile with strict settings', () => {
  expect(programs.compile()).toEqual([]);
});
