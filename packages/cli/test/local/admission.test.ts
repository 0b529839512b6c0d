/** Responses of the embedded cluster's admission, which must accept the objects that Tekton accepts. */

import { expect, test } from '@jest/globals';
import { fake } from '@pipewright/cluster';
import { startLocalCluster } from '../../src/local/local-cluster.js';
import { newTektonAdmission } from '../../src/local/admission.js';
import { NO_STAND_INS } from '../../src/stand-ins/stand-ins.js';

const tektonAdmission = newTektonAdmission();
const noObject = (): undefined => undefined;

const ask = (kind: string, spec: object, name = 'x') => {
  const object = { apiVersion: 'tekton.dev/v1alpha1', kind, metadata: { name, uid: 'u' }, spec };
  const resource = { group: 'tekton.dev', version: 'v1alpha1', plural: `${kind.toLowerCase()}s` };
  return tektonAdmission({
    operation: 'CREATE',
    resource,
    object,
    sent: object,
    dryRun: false,
    findCore: noObject,
  } as never);
};

test('objects that Tekton rejects are rejected with the same status and message, and all problems as causes with hints', () => {
  const steps = [{ name: 'a' }, { name: 'b', image: 'No Such' }];
  expect(ask('Task', { steps })).toEqual({
    kind: 'denied',
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
  });
});

test('objects of tekton.dev/v1 are rejected with all errors of its webhook, or get its defaults', () => {
  const review = (spec: object) => {
    const object = { apiVersion: 'tekton.dev/v1', kind: 'Task', metadata: { name: 'x', uid: 'u' }, spec };
    const resource = { group: 'tekton.dev', version: 'v1', plural: 'tasks' };
    return tektonAdmission({
      operation: 'CREATE',
      resource,
      object,
      sent: object,
      dryRun: false,
      findCore: noObject,
    } as never);
  };
  expect(review({ steps: [{ name: 'a' }, { image: 'i', script: 's', command: ['c'] }] })).toMatchObject({
    kind: 'denied',
    code: 400,
    reason: 'BadRequest',
    message:
      'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: \
missing field(s): spec.steps[0].Image\nscript cannot be used with command: spec.steps[1].script',
  });
  expect(review({ params: [{ name: 'p' }], steps: [{ image: 'i' }] })).toMatchObject({
    kind: 'allowed',
    object: { apiVersion: 'tekton.dev/v1', spec: { params: [{ name: 'p', type: 'string' }] } },
  });
});

test('the spec of a complete run of tekton.dev/v1 cannot change, but its labels can', () => {
  const spec = { taskRef: { name: 'a' } };
  const status = { startTime: '2026-01-01T00:00:00Z', conditions: [{ type: 'Succeeded', status: 'True' }] };
  const oldObject = { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name: 'x', uid: 'u' }, spec, status };
  const update = (change: object) => {
    const object = { ...oldObject, ...change };
    const resource = { group: 'tekton.dev', version: 'v1', plural: 'taskruns' };
    return tektonAdmission({
      operation: 'UPDATE',
      resource,
      object,
      oldObject,
      sent: object,
      dryRun: false,
      findCore: noObject,
    } as never);
  };
  expect(update({ spec: { ...spec, timeout: '2h' } })).toMatchObject({
    kind: 'denied',
    message:
      'admission webhook "validation.webhook.pipeline.tekton.dev" denied the request: validation failed: \
invalid value: Once the TaskRun is complete, no updates are allowed: spec',
  });
  expect(update({ metadata: { name: 'x', uid: 'u', labels: { new: 'label' } } })).toMatchObject({ kind: 'allowed' });
});

test('the settings of the ConfigMaps decide what is admitted, and the defaults', () => {
  const admission = newTektonAdmission();
  const maps: Record<string, object> = {};
  const review = (spec: object) => {
    const object = { apiVersion: 'tekton.dev/v1', kind: 'TaskRun', metadata: { name: 'x', uid: 'u' }, spec };
    const resource = { group: 'tekton.dev', version: 'v1', plural: 'taskruns' };
    const findCore = (plural: string, namespace: string, name: string): unknown =>
      maps[`${plural}/${namespace}/${name}`];
    return admission({ operation: 'CREATE', resource, object, sent: object, dryRun: false, findCore } as never);
  };
  const inline = { taskSpec: { steps: [{ image: 'i' }] } };
  expect(review(inline)).toMatchObject({ kind: 'allowed', object: { spec: { timeout: '1h0m0s' } } });
  maps['configmaps/tekton-pipelines/config-defaults'] = { data: { 'default-timeout-minutes': '5' } };
  expect(review(inline)).toMatchObject({ kind: 'allowed', object: { spec: { timeout: '5m0s' } } });
  maps['configmaps/tekton-pipelines/feature-flags'] = { data: { 'disable-inline-spec': 'taskrun' } };
  expect(review(inline)).toMatchObject({ kind: 'denied' });
  maps['configmaps/pipewright/feature-flags'] = { data: {} };
  expect(review(inline)).toMatchObject({ kind: 'allowed' });
});

test('a client that uses another version can change the metadata of an object, and stop a run', async () => {
  const local = await startLocalCluster({ runtime: fake(), standIns: NO_STAND_INS, hostFiles: {} });
  const ask = async (method: string, path: string, body: object, type = 'application/json'): Promise<unknown> => {
    const request = new Request(`http://kubernetes/apis/tekton.dev/${path}`, {
      method,
      headers: { 'content-type': type },
      body: JSON.stringify(body),
    });
    return (await local.cluster.send(request)).json();
  };
  try {
    const spec = { inputs: { params: [{ name: 'p' }] }, steps: [{ image: 'i', args: ['$(inputs.params.p)'] }] };
    await ask('POST', 'v1alpha1/namespaces/default/tasks', { metadata: { name: 't' }, spec });
    const patch = { metadata: { labels: { a: 'b' } } };
    expect(await ask('PATCH', 'v1/namespaces/default/tasks/t', patch, 'application/merge-patch+json')).toMatchObject({
      apiVersion: 'tekton.dev/v1',
      metadata: { labels: { a: 'b' } },
      spec: { ...spec, inputs: { params: [{ name: 'p', type: 'string' }] } },
    });
  } finally {
    await local.close();
  }
});

test('objects that Tekton admits are admitted with defaults, and fail when they run', () => {
  expect(ask('TaskRun', { taskRef: { name: 'no such task' }, inputs: { resources: [] } })).toEqual({
    kind: 'allowed',
    object: expect.objectContaining({
      spec: { taskRef: { name: 'no such task', kind: 'Task' }, inputs: { resources: [] }, timeout: '1h0m0s' },
    }),
  });
});

test('fields in any case are accepted, and stored with canonical names', () => {
  const written = {
    TaskRef: { name: 't' },
    Timeout: '5m',
    serviceaccountname: 'bot',
    podTemplate: { nodeselector: null },
  };
  const object = { apiVersion: 'tekton.dev/v1alpha1', kind: 'TaskRun', metadata: { name: 'x', uid: 'u' } };
  const resource = { group: 'tekton.dev', version: 'v1alpha1', plural: 'taskruns' };
  // The object after the API server has added the defaults of the definition.
  const draft = { ...object, spec: { ...written, timeout: '1h0m0s' } };
  const sent = { ...object, Spec: written };
  expect(
    tektonAdmission({ operation: 'CREATE', resource, object: draft, sent, dryRun: false, findCore: noObject } as never),
  ).toEqual({
    kind: 'allowed',
    object: {
      ...object,
      spec: { taskRef: { name: 't', kind: 'Task' }, timeout: '5m0s', serviceAccountName: 'bot', podTemplate: {} },
    },
  });
});

test("the embedded cluster accepts fields in any case with strict validation, like Tekton's definitions", async () => {
  const { cluster, close } = await startLocalCluster({ runtime: fake(), standIns: NO_STAND_INS, hostFiles: {} });
  const post = async (step: object): Promise<Response> => {
    const body = { apiVersion: 'tekton.dev/v1alpha1', kind: 'Task', metadata: { name: 't' }, spec: { steps: [step] } };
    const url = 'http://local/apis/tekton.dev/v1alpha1/namespaces/default/tasks?fieldValidation=Strict';
    return cluster.send(new Request(url, { method: 'POST', body: JSON.stringify(body) }));
  };
  try {
    const created = await post({ Image: 'busybox:1', workingdir: '/x', securityContext: { runasuser: 0 } });
    expect(await created.json()).toMatchObject({
      spec: { steps: [{ image: 'busybox:1', workingDir: '/x', securityContext: { runAsUser: 0 } }] },
    });
    const refused = await post({ image: 'busybox:1', workdir: '/x' });
    expect(await refused.json()).toMatchObject({ message: expect.stringContaining('json: unknown field "workdir"') });
  } finally {
    await close();
  }
});

test('an unknown field is rejected with the message of Tekton', () => {
  expect(ask('Task', { steps: [{ image: 'a', Workdir: '/' }] })).toMatchObject({
    kind: 'denied',
    message: expect.stringContaining('json: unknown field "Workdir"'),
  });
});

test.each([
  ['a missing spec', { spec: null }, 'denied'],
  ['lists with null', { spec: { inputs: { params: [null] }, steps: [{ name: 'a', image: 'x' }] } }, 'allowed'],
])('%s is handled', (_, fields, want) => {
  const object = { apiVersion: 'tekton.dev/v1alpha1', kind: 'Task', metadata: { name: 'x' }, ...fields };
  const resource = { group: 'tekton.dev', version: 'v1alpha1', plural: 'tasks' };
  const answer = tektonAdmission({
    operation: 'CREATE',
    resource,
    object,
    sent: object,
    dryRun: false,
    findCore: noObject,
  } as never);
  expect(answer.kind).toBe(want);
});

test('objects of other groups are not checked', () => {
  const object = { kind: 'ConfigMap', metadata: { name: 'x' } };
  const resource = { group: '', version: 'v1', plural: 'configmaps' };
  expect(
    tektonAdmission({
      operation: 'CREATE',
      resource,
      object,
      sent: object,
      dryRun: false,
      findCore: noObject,
    } as never),
  ).toEqual({
    kind: 'allowed',
    object,
  });
});
