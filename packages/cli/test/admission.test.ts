/** What the embedded cluster's admission answers, and that it lets pass what Tekton would. */

import { expect, test } from '@jest/globals';
import { tektonAdmission } from '../src/local/admission.js';

const ask = (kind: string, spec: object, name = 'x') => {
  const object = { apiVersion: 'tekton.dev/v1alpha1', kind, metadata: { name, uid: 'u' }, spec };
  const resource = { group: 'tekton.dev', version: 'v1alpha1', plural: `${kind.toLowerCase()}s` };
  return tektonAdmission({ operation: 'CREATE', resource, object, sent: object, dryRun: false } as never);
};

test('what Tekton refused is refused with its status and in its words; every problem is among the causes, with its hint', () => {
  const steps = [{ name: 'a' }, { name: 'b', image: 'No Such' }];
  expect(ask('Task', { steps })).toEqual({
    denied: {
      code: 400,
      reason: 'BadRequest',
      message:
        'admission webhook "webhook.tekton.dev" denied the request: mutation failed: missing field(s): steps.Image',
      causes: [
        expect.objectContaining({ reason: 'IMAGE_MISSING', field: 'spec.steps.0.image' }),
        expect.objectContaining({
          reason: 'IMAGE_INVALID',
          field: 'spec.steps.1.image',
          message: expect.stringContaining('[REGISTRY/]NAME[:TAG]'),
        }),
      ],
    },
  });
});

test('what Tekton admitted is admitted with its defaults, and fails when it runs', () => {
  expect(ask('TaskRun', { taskRef: { name: 'no such task' }, inputs: { resources: [] } })).toEqual({
    object: expect.objectContaining({
      spec: { taskRef: { name: 'no such task', kind: 'Task' }, inputs: { resources: [] }, timeout: '1h0m0s' },
    }),
  });
});

test.each<[string, object]>([
  ['no spec at all', { spec: null }],
  ['lists of nothing', { spec: { inputs: { params: [null] }, steps: [{ name: 'a', image: 'x' }] } }],
])('%s does not break it', (_, fields) => {
  const object = { apiVersion: 'tekton.dev/v1alpha1', kind: 'Task', metadata: { name: 'x' }, ...fields };
  const resource = { group: 'tekton.dev', version: 'v1alpha1', plural: 'tasks' };
  const answer = tektonAdmission({ operation: 'CREATE', resource, object, sent: object, dryRun: false } as never);
  expect(Object.keys(answer)).toHaveLength(1);
});

test('kinds of other groups are none of its business', () => {
  const object = { kind: 'ConfigMap', metadata: { name: 'x' } };
  const resource = { group: '', version: 'v1', plural: 'configmaps' };
  expect(tektonAdmission({ operation: 'CREATE', resource, object, sent: object, dryRun: false } as never)).toEqual({
    object,
  });
});
