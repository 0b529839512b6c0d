import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { asExecuted, asWritten, writtenApiVersion } from '@pipewright/tekton';

const [ALPHA, V1] = ['tekton.dev/v1alpha1', 'tekton.dev/v1'];
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** An entry of managedFields. */
const entry = (manager: string, apiVersion: string, time: string, fieldsV1: object, operation = 'Update'): object => ({
  manager,
  operation,
  apiVersion,
  time: `2026-01-01T00:00:${time}Z`,
  fieldsType: 'FieldsV1',
  fieldsV1,
});
const wroteSpec = (apiVersion: string, time = '00'): object =>
  entry('kubectl-create', apiVersion, time, { 'f:spec': { '.': {}, 'f:steps': {} } });
const wroteStatus = (apiVersion: string): object =>
  entry('pipewright', apiVersion, '59', { 'f:status': { 'f:conditions': {} } });
const cancelled = (apiVersion: string): object =>
  entry('kubectl-patch', apiVersion, '59', { 'f:spec': { 'f:status': {} } });
const appliedManifest = (apiVersion: string, time: string): object =>
  entry('kubectl-client-side-apply', apiVersion, time, {
    'f:metadata': { 'f:annotations': { '.': {}, [`f:${LAST_APPLIED}`]: {} } },
  });

/** Returns the written version of an object that is read as v1. */
const versionOf = (kind: string, spec: object, managedFields: readonly object[], annotations: object = {}): string =>
  writtenApiVersion({ apiVersion: V1, kind, metadata: { managedFields, annotations }, spec } as never);

const steps = [{ image: 'busybox' }];

describe('the version in which a spec is written', () => {
  test.each<[string, string, object, readonly object[], string]>([
    ['is that of its only writer', 'Task', { steps }, [wroteSpec(ALPHA)], ALPHA],
    [
      'is that of its only writer, whatever version controllers use',
      'Task',
      { steps },
      [wroteSpec(ALPHA), wroteStatus(V1)],
      ALPHA,
    ],
    [
      'stays when a client of another version stops the run',
      'TaskRun',
      { status: 'x' },
      [wroteSpec(ALPHA), cancelled(V1)],
      ALPHA,
    ],
    ['is that of the latest writer', 'Task', { steps }, [wroteSpec(V1, '02'), wroteSpec(ALPHA, '01')], V1],
    ['is the newest of those written in the same second', 'Task', { steps }, [wroteSpec(V1), wroteSpec(ALPHA)], V1],
    ['is that of the object if no writer is recorded', 'Task', { steps }, [], V1],
    ['is that of the object if only other groups are recorded', 'Task', { steps }, [wroteSpec('other.dev/v1')], V1],
    ['is v1alpha1 if the spec has inputs', 'Task', { steps, inputs: {} }, [wroteSpec(V1)], ALPHA],
    ['is v1alpha1 if an embedded task has outputs', 'TaskRun', { taskSpec: { outputs: {} } }, [], ALPHA],
    ['is v1alpha1 if a task has conditions', 'Pipeline', { tasks: [{ conditions: [] }] }, [], ALPHA],
    ['is v1alpha1 if a run binds resources', 'PipelineRun', { resources: [] }, [], ALPHA],
    ['is the only one that has the kind', 'ClusterTask', {}, [], ALPHA],
    ['is the only one that has the kind, StepAction', 'StepAction', {}, [], 'tekton.dev/v1beta1'],
  ])('%s', (_title, kind, spec, managedFields, expected) => {
    expect(versionOf(kind, spec, managedFields)).toBe(expected);
  });

  test('is that of a manifest that was applied again in another version, although no field has changed', () => {
    const applied = { [LAST_APPLIED]: JSON.stringify({ apiVersion: V1 }) };
    expect(versionOf('Task', { steps }, [wroteSpec(ALPHA, '01'), appliedManifest(V1, '02')], applied)).toBe(V1);
  });

  test('is that of the applied manifest if a client of another version has changed the object', () => {
    const applied = { [LAST_APPLIED]: JSON.stringify({ apiVersion: ALPHA }) };
    const edited = entry('dashboard', V1, '30', { 'f:spec': { 'f:steps': {} } });
    expect(versionOf('Task', { steps }, [wroteSpec(ALPHA, '01'), edited], applied)).toBe(ALPHA);
  });

  test('is that of the annotation, which conversion webhooks and users set', () => {
    const annotations = { 'pipewright.dev/spec-version': ALPHA };
    expect(versionOf('Task', { steps }, [wroteSpec(V1)], annotations)).toBe(ALPHA);
    expect(versionOf('Task', { inputs: {} }, [wroteSpec(ALPHA)], { 'pipewright.dev/spec-version': V1 })).toBe(V1);
    expect(versionOf('Task', { steps }, [wroteSpec(V1)], { 'pipewright.dev/spec-version': 'v2' })).toBe(V1);
  });

  test('is that of the applied manifest if no writer is recorded', () => {
    expect(versionOf('Task', { steps }, [], { [LAST_APPLIED]: JSON.stringify({ apiVersion: ALPHA }) })).toBe(ALPHA);
    expect(versionOf('Task', { steps }, [], { [LAST_APPLIED]: 'not JSON' })).toBe(V1);
  });
});

/** Objects of a Kubernetes 1.20, read as v1, after the commands that the titles tell. */
const recorded = JSON.parse(readFileSync(join(import.meta.dirname, 'recorded-objects.json'), 'utf8')) as readonly {
  readonly case: string;
  readonly kind: string;
  readonly metadata: object;
  readonly spec: object;
}[];

describe('on a real API server, the version in which a spec is written', () => {
  test.each([
    ['create-alpha', 'is v1alpha1 after kubectl create of v1alpha1', ALPHA],
    ['create-v1', 'is v1 after kubectl create of v1', V1],
    ['apply-same', 'is v1 after kubectl apply of the same spec as v1alpha1 and then as v1', V1],
    ['apply-to-v1', 'is v1 after kubectl apply of v1alpha1 and then of v1', V1],
    ['apply-to-alpha', 'is v1alpha1 after kubectl apply of v1 and then of v1alpha1', ALPHA],
    ['edit-created', 'stays v1alpha1 after kubectl edit, which shows v1', ALPHA],
    ['edit-applied', 'stays v1alpha1 after kubectl apply and edit', ALPHA],
    ['edit-inputs', 'stays v1alpha1 after kubectl edit of a task with inputs', ALPHA],
    ['replaced', 'is v1 after kubectl replace with another spec of v1', V1],
    ['replaced-same', 'stays v1alpha1 after kubectl replace with the same spec as v1, which changes nothing', ALPHA],
    ['ssa', 'is v1 after server-side apply by the same manager', V1],
    ['ssa-force', 'is v1 after server-side apply that takes over the fields of kubectl create', V1],
    ['labelled', 'stays v1alpha1 after kubectl label', ALPHA],
    ['cancelled-create', 'stays v1alpha1 after a patch that stops the run', ALPHA],
    ['cancelled-apply', 'stays v1alpha1 after kubectl apply and a patch that stops the run', ALPHA],
    ['status-v1', 'stays v1alpha1 after a write of the status as v1', ALPHA],
    ['stripped-replace', 'stays v1alpha1 after kubectl replace with empty managedFields', ALPHA],
    ['stripped-inputs', 'is v1alpha1 without managedFields if the task has inputs', ALPHA],
    ['stripped-applied', 'is v1alpha1 without managedFields if the manifest was applied as v1alpha1', ALPHA],
    ['stripped-patch', 'is the one that is read if nothing tells it', V1],
    ['restored-inputs', 'is v1alpha1 after a restore from a backup that was read as v1, if the task has inputs', ALPHA],
    ['restored-applied', 'is v1alpha1 after a restore of a task with inputs that was applied', ALPHA],
    ['restored', 'is v1 after a restore of a task that is valid in both versions', V1],
    ['old', 'stays v1alpha1 for an object that is older than the definition of v1', ALPHA],
    ['v1run', 'is v1 for a PipelineRun of v1', V1],
  ])('%s: %s', (name, _title, expected) => {
    const found = recorded.find((it) => it.case === name);
    expect(found && writtenApiVersion({ apiVersion: V1, ...found })).toBe(expected);
  });
});

test('an object gets the apiVersion in which its spec is written; objects of other groups stay as they are', () => {
  const task = { apiVersion: V1, kind: 'Task', metadata: { managedFields: [wroteSpec(ALPHA)] }, spec: { steps } };
  expect(asWritten(task)).toEqual({ ...task, apiVersion: ALPHA });
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: {} };
  expect(asWritten(pod)).toBe(pod);
});

test('an object of v1beta1 is executed as one of v1, and keeps its status', () => {
  const status = { conditions: [{ type: 'Succeeded', status: 'Unknown' }] };
  const run = (apiVersion: string, spec: object) => ({ apiVersion, kind: 'PipelineRun', metadata: {}, spec, status });
  expect(asExecuted(run('tekton.dev/v1beta1', { serviceAccountName: 'bot' }))).toEqual(
    run('tekton.dev/v1', { taskRunTemplate: { serviceAccountName: 'bot' } }),
  );
  const action = { apiVersion: 'tekton.dev/v1beta1', kind: 'StepAction', metadata: {}, spec: { image: 'i' } };
  expect(asExecuted(action)).toEqual(action);
});
