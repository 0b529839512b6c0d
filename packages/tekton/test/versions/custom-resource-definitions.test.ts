import { describe, expect, test } from '@jest/globals';
import { applyDefaults, crds, KINDS, type V1alpha1Object } from '@pipewright/tekton';
import type { ObjectSchema } from '../../src/schema/schema.js';

const all = crds() as unknown as { metadata: { name: string }; spec: Record<string, never> }[];

test('each kind has one definition', () => {
  expect(all.map(({ metadata }) => metadata.name)).toEqual([
    'tasks.tekton.dev',
    'clustertasks.tekton.dev',
    'taskruns.tekton.dev',
    'pipelines.tekton.dev',
    'pipelineruns.tekton.dev',
    'pipelineresources.tekton.dev',
    'conditions.tekton.dev',
    'stepactions.tekton.dev',
    'customruns.tekton.dev',
  ]);
  expect(Object.keys(KINDS)).toHaveLength(7);
});

test("a PipelineRun has Tekton's short names and printer columns", () => {
  const { spec } = all.find(({ metadata }) => metadata.name === 'pipelineruns.tekton.dev')!;
  expect(spec).toMatchObject({
    scope: 'Namespaced',
    names: { kind: 'PipelineRun', shortNames: ['pr', 'prs'], categories: ['all', 'tekton-pipelines'] },
    versions: [
      {
        name: 'v1alpha1',
        subresources: { status: {} },
        additionalPrinterColumns: [
          { name: 'Succeeded', type: 'string', jsonPath: '.status.conditions[?(@.type=="Succeeded")].status' },
          { name: 'Reason', type: 'string', jsonPath: '.status.conditions[?(@.type=="Succeeded")].reason' },
          { name: 'StartTime', type: 'date', jsonPath: '.status.startTime' },
          { name: 'CompletionTime', type: 'date', jsonPath: '.status.completionTime' },
        ],
      },
      { name: 'v1beta1', subresources: { status: {} } },
      { name: 'v1', subresources: { status: {} } },
    ],
  });
});

test('a kind is served in all its versions and stored in the newest', () => {
  const served = all.map(({ metadata, spec }) => {
    const versions = spec['versions'] as unknown as { name: string; served: boolean; storage: boolean }[];
    return [metadata.name.split('.')[0], versions.map((it) => `${it.name}${it.storage ? ' stored' : ''}`)] as const;
  });
  expect(Object.fromEntries(served)).toEqual({
    tasks: ['v1alpha1', 'v1beta1', 'v1 stored'],
    clustertasks: ['v1alpha1 stored'],
    taskruns: ['v1alpha1', 'v1beta1', 'v1 stored'],
    pipelines: ['v1alpha1', 'v1beta1', 'v1 stored'],
    pipelineruns: ['v1alpha1', 'v1beta1', 'v1 stored'],
    pipelineresources: ['v1alpha1 stored'],
    conditions: ['v1alpha1 stored'],
    stepactions: ['v1beta1 stored'],
    customruns: ['v1beta1 stored'],
  });
});

test('the file of a definition fits into the annotation of a plain kubectl apply', () => {
  const sizes = crds().map((crd) => JSON.stringify(crd).length);
  expect(Math.max(...sizes)).toBeLessThan(262_144);
});

/** Returns violations of the rules for structural schemas (apiextensions.k8s.io/v1). */
function faults(schema: Record<string, unknown>, path: string): string[] {
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const own = [
    ...(schema['type'] === undefined && !preserves ? [`${path} has no type`] : []),
    ...('default' in schema && path.includes('[]')
      ? [`${path} has a default in a list, which every comparison would find`]
      : []),
    ...('default' in schema && schema['default'] === undefined ? [`${path} has an empty default`] : []),
    ...(schema['type'] === 'array' && !schema['items'] ? [`${path} has no items`] : []),
    ...(schema['properties'] && schema['additionalProperties'] ? [`${path} has both kinds of properties`] : []),
  ];
  const below = Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>);
  const items = [schema['items'], schema['additionalProperties']].filter(Boolean) as Record<string, unknown>[];
  const required = ((schema['required'] ?? []) as string[]).filter((name) => !below.some(([field]) => field === name));
  return [
    ...own,
    ...required.map((name) => `${path} requires ${name}, which it does not have`),
    ...below.flatMap(([name, field]) => faults(field, `${path}.${name}`)),
    ...items.flatMap((item) => faults(item, `${path}[]`)),
  ];
}

describe('schemas are structural and have no defaults inside lists', () => {
  test.each(all)('$metadata.name', ({ spec }) => {
    const versions = spec['versions'] as unknown as { schema: { openAPIV3Schema: Record<string, unknown> } }[];
    expect(versions.flatMap(({ schema }) => faults(schema.openAPIV3Schema, ''))).toEqual([]);
  });
});

/** Returns all defaults in a schema, by path. */
function defaults(schema: Record<string, unknown>, path = ''): string[] {
  const below = Object.entries((schema['properties'] ?? {}) as Record<string, Record<string, unknown>>);
  const items = [schema['items'], schema['additionalProperties']].filter(Boolean) as Record<string, unknown>[];
  return [
    ...('default' in schema ? [`${path} ${JSON.stringify(schema['default'])}`] : []),
    ...below.flatMap(([name, field]) => defaults(field, path === '' ? name : `${path}.${name}`)),
    ...items.flatMap((item) => defaults(item, `${path}[]`)),
  ];
}

test('schemas have the defaults that the webhook of Tekton v0.9.2 wrote into runs, as far as a schema can express them, and none for other kinds', () => {
  const written = all.flatMap(({ metadata, spec }) => {
    const versions = spec['versions'] as unknown as {
      name: string;
      schema: { openAPIV3Schema: Record<string, unknown> };
    }[];
    return versions.map(
      ({ name, schema }) => [`${metadata.name.split('.')[0]} ${name}`, defaults(schema.openAPIV3Schema)] as const,
    );
  });
  expect(Object.fromEntries(written.filter(([, found]) => found.length > 0))).toEqual({
    'taskruns v1alpha1': ['spec.taskRef.kind "Task"', 'spec.timeout "1h0m0s"'],
    'pipelineruns v1alpha1': ['spec.timeout "1h0m0s"'],
  });
});

test.each([
  ['a TaskRun', KINDS.TaskRun, { taskRef: { name: 't' } }],
  ['a PipelineRun', KINDS.PipelineRun, { pipelineRef: { name: 'p' } }],
])('the schema defaults of %s equal those of `applyDefaults`', (_what, { kind, spec: shape }, spec) => {
  const object = { apiVersion: 'tekton.dev/v1alpha1', kind, metadata: { name: 'x' }, spec } as V1alpha1Object; // one of two kinds
  const filled = (fields: object, of: ObjectSchema): object => ({
    ...Object.fromEntries(
      Object.entries(of.fields).flatMap(([name, field]) =>
        field.kind === 'string' && field.default !== undefined ? [[name, field.default]] : [],
      ),
    ),
    ...Object.fromEntries(
      Object.entries(fields).map(([name, value]) => {
        const field = of.fields[name];
        return [name, field?.kind === 'object' ? filled(value as object, field) : (value as unknown)];
      }),
    ),
  });
  expect(filled(spec, shape)).toEqual(applyDefaults(object).spec);
});
