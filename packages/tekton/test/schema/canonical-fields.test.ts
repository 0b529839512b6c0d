/** Field names in another case: Tekton v0.9.2 accepted them and stored the canonical name. */

import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalFields, checkObject, checkObjects, crds } from '@pipewright/tekton';
import { apiVersion, build, everything } from '../support/objects.js';

const task = (spec: object, more: object = {}): object => ({
  apiVersion,
  kind: 'Task',
  metadata: { name: 't', labels: { App: 'x' } },
  spec,
  ...more,
});

describe('a field in another case', () => {
  test('is renamed to the name in the schema of its kind, at any depth', () => {
    const { object, renamed } = canonicalFields(
      task({
        Inputs: { Params: [{ Name: 'p' }] },
        steps: [
          {
            name: 's',
            image: 'sh:1',
            workingdir: '/x',
            securityContext: { RunAsUser: 0, capabilities: { ADD: ['A'] } },
          },
        ],
        volumes: [{ name: 'v', EmptyDir: { sizelimit: '1Gi' } }],
      }),
    );
    expect(object).toEqual(
      task({
        inputs: { params: [{ name: 'p' }] },
        steps: [
          {
            name: 's',
            image: 'sh:1',
            workingDir: '/x',
            securityContext: { runAsUser: 0, capabilities: { add: ['A'] } },
          },
        ],
        volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }],
      }),
    );
    expect(renamed.map(({ path, name }) => `${path.join('.')} ${name}`)).toEqual([
      'spec.Inputs inputs',
      'spec.Inputs.Params params',
      'spec.Inputs.Params.0.Name name',
      'spec.steps.0.workingdir workingDir',
      'spec.steps.0.securityContext.RunAsUser runAsUser',
      'spec.steps.0.securityContext.capabilities.ADD add',
      'spec.volumes.0.EmptyDir emptyDir',
      'spec.volumes.0.EmptyDir.sizelimit sizeLimit',
    ]);
  });

  test('can be the spec itself', () => {
    const { spec, ...rest } = build as unknown as Record<string, unknown>; // accessed by name
    expect(canonicalFields({ ...rest, Spec: spec }).object).toEqual(build);
  });

  test('keeps the last of two values, as the JSON decoder of Go does', () => {
    const steps = [{ image: 'sh:1', workingdir: '/a', workingDir: '/b' }];
    expect(canonicalFields(task({ steps })).object).toEqual(task({ steps: [{ image: 'sh:1', workingDir: '/b' }] }));
    const others = [{ image: 'sh:1', workingDir: '/a', WORKINGDIR: '/b' }];
    expect(canonicalFields(task({ steps: others })).object).toEqual(
      task({ steps: [{ image: 'sh:1', workingDir: '/b' }] }),
    );
  });

  test('is not renamed where users choose the names: labels, resource requests, options of a volume', () => {
    const steps = [{ image: 'sh:1', resources: { limits: { CPU: '1' } } }];
    const volumes = [{ name: 'v', csi: { driver: 'd', volumeAttributes: { ReadOnly: 'x' } } }];
    const object = task({ steps, volumes });
    expect(canonicalFields(object).object).toBe(object);
  });
});

test('objects of other groups, and objects with canonical names, are returned unchanged', () => {
  for (const object of [...everything, { apiVersion: 'v1', kind: 'Pod', Spec: {} }, null, [], 'x'])
    expect(canonicalFields(object)).toEqual({ object, renamed: [] });
});

test('lint warns about each of them at its own path, and checks the fields below it', () => {
  const wrong = task({
    steps: [{ name: 's', image: 'sh:1', workingdir: '/x', securitycontext: { priviledged: true } }],
  });
  expect(
    checkObject(wrong).map(
      ({ severity, code, path, message, hint }) => `${severity} ${code} ${path.join('.')}: ${message} (${hint})`,
    ),
  ).toEqual([
    "error FIELD_UNKNOWN spec.steps.0.securityContext.priviledged: unknown field 'priviledged' (did you mean 'privileged'?)",
    "warning FIELD_CASE spec.steps.0.securitycontext: the field 'securitycontext' is read as 'securityContext' (write `securityContext`: an API server without Tekton's webhook drops names in another case)",
    "warning FIELD_CASE spec.steps.0.workingdir: the field 'workingdir' is read as 'workingDir' (write `workingDir`: an API server without Tekton's webhook drops names in another case)",
  ]);
});

test('lint reports that the last one counts if a name occurs in two cases', () => {
  const wrong = task({ steps: [{ image: 'sh:1', workingDir: '/a', workingdir: '/b' }] });
  expect(checkObject(wrong).map(({ message }) => message)).toEqual([
    "the field 'workingdir' is read as 'workingDir', which also exists: the last one counts",
  ]);
});

/** Returns the object with the case of some field names in its spec changed. */
function shaken(value: unknown, flip: () => boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => shaken(item, flip));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      [...name].map((letter) => (flip() ? letter.toUpperCase() : letter.toLowerCase())).join(''),
      shaken(item, flip),
    ]),
  );
}

test('an object has the same meaning with field names in any case', () => {
  fc.assert(
    fc.property(fc.constantFrom(...everything), fc.infiniteStream(fc.boolean()), (object, flips) => {
      if (!('spec' in object)) return;
      const spec = shaken(object.spec, () => flips.next().value === true);
      const shakenObject = { ...object, spec };
      expect(canonicalFields(shakenObject).object).toEqual(object);
      const others = everything.map((one) => (one === object ? shakenObject : one));
      expect(checkObjects(others).filter(({ code }) => code !== 'FIELD_CASE')).toEqual([]);
    }),
  );
});

test('a CRD for a cluster with a webhook preserves unknown fields, so that the webhook receives them', () => {
  const [plain] = crds();
  const [open] = crds({ preserveUnknownFields: true });
  const flag = '"x-kubernetes-preserve-unknown-fields":true';
  const count = (crd: unknown): number => JSON.stringify(crd).split(flag).length;
  expect(count(open)).toBeGreaterThan(count(plain));
  expect(JSON.parse(JSON.stringify(open), (_, value: unknown) => value)).toMatchObject({
    metadata: { name: 'tasks.tekton.dev' },
  });
});
