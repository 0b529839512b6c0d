import { describe, expect, test } from '@jest/globals';
import { crds, KINDS } from '@pipewright/tekton';

const all = crds() as unknown as { metadata: { name: string }; spec: Record<string, never> }[];

test('there is one for each kind', () => {
  expect(all.map(({ metadata }) => metadata.name)).toEqual([
    'tasks.tekton.dev',
    'clustertasks.tekton.dev',
    'taskruns.tekton.dev',
    'pipelines.tekton.dev',
    'pipelineruns.tekton.dev',
    'pipelineresources.tekton.dev',
    'conditions.tekton.dev',
  ]);
  expect(Object.keys(KINDS)).toHaveLength(7);
});

test('kubectl knows PipelineRuns by their short names and shows the columns of Tekton', () => {
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
    ],
  });
});

/** Rules of structural schemas (apiextensions.k8s.io/v1) that can be broken here. */
function faults(schema: Record<string, unknown>, path: string): string[] {
  const preserves = schema['x-kubernetes-preserve-unknown-fields'] === true;
  const own = [
    ...(schema['type'] === undefined && !preserves ? [`${path} has no type`] : []),
    ...('default' in schema ? [`${path} has a default`] : []),
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

describe('schemas are structural and add nothing to objects', () => {
  test.each(all)('$metadata.name', ({ spec }) => {
    const [version] = spec['versions'] as unknown as { schema: { openAPIV3Schema: Record<string, unknown> } }[];
    expect(faults(version!.schema.openAPIV3Schema, '')).toEqual([]);
  });
});
