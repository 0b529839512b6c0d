/**
 * Replays a recorded case on a cluster, and returns its outcome in the format of a recording.
 *
 *     namespace ──▶ objects, one by one ──▶ actions in order ──▶ all runs have ended ──▶ no more changes ──▶ outcome
 */

import {
  ApiError,
  EVENTS,
  KubeClient,
  NAMESPACES,
  SERVICE_ACCOUNTS,
  resource,
  type KubeObject,
  type Resource,
} from '@pipewright/kube';
import { at, isObject, listAt, objectAt, textAt, type JsonObject } from './json.js';
import { HOSTNAME, namesOf, nodeOf, type Names } from './names.js';
import type { ParityCluster } from './parity-cluster.js';
import { objectsOf, type Action, type Applied, type Outcome, type Recording, type Release } from './recording.js';
import { NamespaceRecorder } from './namespace-recorder.js';
import { conditionToWaitFor, hasEnded } from './waits.js';

/** The outcome of a replay, and the values of placeholders. */
export interface Replay {
  readonly outcome: Outcome;
  /** Real addresses and directories by their name in the recording. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** Replays one case and deletes its namespace. */
export async function replay(recording: Recording, cluster: ParityCluster): Promise<Replay> {
  const began = performance.now();
  const client = new KubeClient(cluster.send);
  const namespace = cluster.namespaceOf(recording.name);
  await client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const release = await cluster.prepare(namespace, recording.config);
  const recorder = new NamespaceRecorder(client, namespace, recording.release);
  const { objects, directories } = adaptedObjects(recording, cluster, namespace);
  const context: ReplayContext = { recording, objects, client, namespace, recorder };
  const clusterWide: JsonObject[] = [];
  try {
    await recorder.start();
    await waitForServiceAccount(client, namespace);
    const [first, repeated] = splitRepeated(objects, recording);
    const applied = [...(await applyAll(first, context, clusterWide))];
    const limit = recording.outcome.finished ? recording.outcome.seconds * 3 + 60 : 20;
    const deadline = performance.now() + limit * 1000;
    const actions: Action[] = [];
    for (const action of recording.outcome.actions) {
      const answered = await runAction(action, context, applied, deadline);
      if (answered) actions.push(answered);
    }
    applied.push(...(await applyAll(repeated, context, clusterWide)));
    const finished = await recorder.waitUntil(() => allEnded(recorder, applied), deadline);
    const settled = performance.now() + 10_000;
    await recorder.waitUntil(() => statusesAgree(recorder), settled);
    await recorder.waitForQuiet(700, settled);
    const seconds = (performance.now() - began) / 1000;
    const outcome = await collectOutcome(context, { applied, actions, finished, seconds });
    return { outcome, addresses: { ...cluster.addresses, ...directories } };
  } finally {
    await recorder.stop();
    await release();
    for (const object of clusterWide)
      await client.delete(resourceOf(object), { name: textAt(object, 'metadata', 'name') });
    await client.delete(NAMESPACES, { name: namespace });
  }
}

interface ReplayContext {
  readonly recording: Recording;
  readonly objects: readonly JsonObject[];
  readonly client: KubeClient;
  readonly namespace: string;
  readonly recorder: NamespaceRecorder;
}

/** Returns the objects of a case with the cluster's addresses and node name, and the replaced directories of hostPaths. */
function adaptedObjects(
  { input, outcome }: Recording,
  cluster: ParityCluster,
  namespace: string,
): { readonly objects: readonly JsonObject[]; readonly directories: Readonly<Record<string, string>> } {
  const given = objectsOf(input, {
    ...cluster.addresses,
    ...(outcome.namespace && { [outcome.namespace]: namespace }),
  });
  const directories: Record<string, string> = {};
  const recorded = nodeOf(outcome);
  const objects = JSON.parse(
    JSON.stringify(given, (field, value: unknown) => {
      if (field === HOSTNAME && value === recorded) return cluster.node;
      if (field !== 'hostPath' || !/OrCreate$/.test(textAt(value, 'type'))) return value;
      const path = textAt(value, 'path');
      const own = cluster.directoryFor(path);
      directories[path.replaceAll(namespace, 'NAMESPACE')] = own;
      return { ...objectAt(value), path: own };
    }),
  ) as readonly JsonObject[]; // still JSON
  return { objects, directories };
}

/** Kubernetes creates the default ServiceAccount shortly after its namespace, and rejects pods created before. */
async function waitForServiceAccount(client: KubeClient, namespace: string): Promise<void> {
  const name = 'default';
  for (let tries = 0; tries < 100; tries++) {
    if (await client.get(SERVICE_ACCOUNTS, { namespace, name })) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Splits the objects: one that was created under the name of an earlier one was applied after the actions, which delete that one. */
function splitRepeated(
  objects: readonly JsonObject[],
  { outcome }: Recording,
): readonly [readonly JsonObject[], readonly JsonObject[]] {
  const seen = new Set<string>();
  const from = outcome.applied.findIndex(({ kind, name, code }) => {
    const isRepeated = code === 201 && name !== '' && seen.has(`${kind} ${name}`);
    seen.add(`${kind} ${name}`);
    return isRepeated;
  });
  return from === -1 ? [objects, []] : [objects.slice(0, from), objects.slice(from)];
}

async function applyAll(
  objects: readonly JsonObject[],
  { client, namespace }: ReplayContext,
  clusterWide: JsonObject[],
): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  for (const object of objects) {
    const of = resourceOf(object);
    const kindOf = { apiVersion: textAt(object, 'apiVersion'), kind: of.kind };
    const own = textAt(object, 'metadata', 'namespace');
    try {
      const created = await client.create<JsonObject>(
        of,
        { namespace: of.namespaced ? own || namespace : undefined },
        object,
      );
      if (!of.namespaced) clusterWide.push(created);
      const spec = at(created, 'spec');
      const name = textAt(created, 'metadata', 'name');
      applied.push({ ...kindOf, name, code: 201, ...(spec !== undefined && { defaulted: spec }) });
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      const { status: code, message, reason } = cause;
      const name = textAt(object, 'metadata', 'name');
      applied.push({ ...kindOf, name, code, status: { status: 'Failure', reason, message, code } });
    }
  }
  return applied;
}

const CLUSTER_WIDE = new Set([
  'ClusterTask',
  'Namespace',
  'ClusterRole',
  'ClusterRoleBinding',
  'PersistentVolume',
  'StorageClass',
  'PriorityClass',
  'RuntimeClass',
]);

/** Returns the resource of an object. */
const resourceOf = (object: JsonObject): Resource =>
  resourceNamed(textAt(object, 'apiVersion'), textAt(object, 'kind'));

/** Returns the resource of a kind. The plural is formed as in English, which is correct for all kinds in the cases. */
function resourceNamed(apiVersion: string, kind: string): Resource {
  const word = kind.toLowerCase();
  const plural = word.endsWith('s') ? `${word}es` : word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
  return resource(apiVersion, plural, kind, !CLUSTER_WIDE.has(kind));
}

/** Carries out one action and returns it with the answer's code and message. Undefined for waits. */
async function runAction(
  action: Action,
  context: ReplayContext,
  applied: readonly Applied[],
  deadline: number,
): Promise<Action | undefined> {
  const { recorder } = context;
  if (action.wait !== undefined) {
    const condition = conditionToWaitFor(action.wait);
    await recorder.waitUntil(() => condition(recorder), deadline);
    return undefined;
  }
  if (action.op === 'sleep') {
    await pause(action.seconds ?? 0);
    return undefined;
  }
  const { message: _, ...sent } = action;
  try {
    await sendAction(action, context, applied);
    return { ...sent, code: 200 };
  } catch (cause) {
    if (!(cause instanceof ApiError)) throw cause;
    if (context.recording.release === 'v0.9.2' && (action.code ?? 200) < 400) throw cause; // its actions are not compared
    return { ...sent, code: cause.status, message: cause.message };
  }
}

async function sendAction(action: Action, context: ReplayContext, applied: readonly Applied[]): Promise<void> {
  const { client, namespace } = context;
  const of = resourceNamed(apiVersionOf(action, context.objects, context.recording.release), action.kind ?? '');
  const where = { namespace: of.namespaced ? namespace : undefined, name: realName(action, context, applied) };
  switch (action.op) {
    case 'patch':
      await client.patch(of, where, action.body, { type: 'merge' });
      return;
    case 'patch status':
      await client.patch(of, where, action.body, { type: 'merge', subresource: 'status' });
      return;
    case 'delete': {
      const policy = textAt(action.body, 'propagationPolicy');
      const propagationPolicy = (policy === '' ? 'Background' : policy) as 'Background'; // one of the three policies of Kubernetes
      await client.delete(of, where, { propagationPolicy });
      return;
    }
    case 'create':
      if (isObject(action.body)) await client.create(of, { namespace }, action.body);
      return;
    case 'sleep':
    case undefined:
      return;
  }
}

/** Returns the apiVersion of an action's kind: from the action, from an object of the case, or that of Tekton's or Kubernetes' kind. */
export function apiVersionOf(
  { kind = '', body }: Action,
  objects: readonly JsonObject[],
  release: Release = 'v0.9.2',
): string {
  const apiVersion =
    textAt(body, 'apiVersion') || textAt(objects.find((one) => one['kind'] === kind) ?? {}, 'apiVersion');
  if (apiVersion !== '') return apiVersion;
  if (!/^(?:Cluster)?Task$|^Pipeline|Run$|^Condition$/.test(kind)) return 'v1';
  if (release === 'v0.9.2') return 'tekton.dev/v1alpha1';
  return kind === 'CustomRun' ? 'tekton.dev/v1beta1' : 'tekton.dev/v1';
}

const pause = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

/** Returns the name of a recorded object in this replay: that of the object whose name differs only in random parts. */
function realName({ kind = '', name = '' }: Action, context: ReplayContext, applied: readonly Applied[]): string {
  const existing = context.recorder.list(kind);
  if (existing.length === 0 || existing.some((one) => textAt(one, 'metadata', 'name') === name)) return name;
  const wanted = namesOf(context.recording.outcome).of(name);
  const names: Names = namesOf(recordedOutcome(context, { applied, actions: [], finished: false, seconds: 0 }));
  return existing.map((one) => textAt(one, 'metadata', 'name')).find((real) => names.of(real) === wanted) ?? name;
}

/** Whether all created runs have been observed and have ended. */
function allEnded(recorder: NamespaceRecorder, applied: readonly Applied[]): boolean {
  const runs = [...recorder.list('PipelineRun'), ...recorder.list('TaskRun')];
  const seenNames = new Set([
    ...[...runs, ...recorder.list('CustomRun')].map(
      (run) => `${textAt(run, 'kind')} ${textAt(run, 'metadata', 'name')}`,
    ),
    ...recorder.deleted.map(({ kind, name }) => `${kind} ${name}`),
  ]);
  const created = applied.filter(({ kind, code }) => kind.endsWith('Run') && code < 400);
  return created.every(({ kind, name }) => seenNames.has(`${kind} ${name}`)) && runs.every(hasEnded);
}

/** Whether the statuses of PipelineRuns include the end of all their TaskRuns. */
function statusesAgree(recorder: NamespaceRecorder): boolean {
  const ended = new Set(
    recorder
      .list('TaskRun')
      .filter(hasEnded)
      .map((run) => textAt(run, 'metadata', 'name')),
  );
  return recorder
    .list('PipelineRun')
    .flatMap((run) => Object.entries(objectAt(run, 'status', 'taskRuns')))
    .every(([name, entry]) => !ended.has(name) || hasEnded(objectAt(entry)));
}

interface RunSummary {
  readonly applied: readonly Applied[];
  readonly actions: readonly Action[];
  readonly finished: boolean;
  readonly seconds: number;
}

/** Returns the outcome from the recorder's objects, without logs and events. */
const recordedOutcome = ({ recording, namespace, recorder }: ReplayContext, summary: RunSummary): Outcome => ({
  ...summary,
  note: recording.outcome.note,
  namespace,
  taskruns: recorder.list('TaskRun'),
  pipelineruns: recorder.list('PipelineRun'),
  customruns: recorder.list('CustomRun'),
  pods: recorder.list('Pod'),
  pvcs: recorder.list('PersistentVolumeClaim'),
  deleted: recorder.deleted,
  logs: {},
  events: [],
});

async function collectOutcome(context: ReplayContext, summary: RunSummary): Promise<Outcome> {
  const { client, namespace } = context;
  const outcome = recordedOutcome(context, summary);
  const events = (await eventsOf(context)).map((event) => ({
    type: event['type'] ?? '',
    reason: event['reason'] ?? '',
    message: event['message'] ?? '',
    kind: textAt(event, 'involvedObject', 'kind'),
    name: textAt(event, 'involvedObject', 'name'),
  }));
  const logs: Record<string, Record<string, string>> = {};
  for (const pod of outcome.pods) {
    const name = textAt(pod, 'metadata', 'name');
    const texts: Record<string, string> = {};
    for (const container of listAt(pod, 'spec', 'containers')) {
      const text = await logOf(client, { namespace, name }, textAt(container, 'name'));
      if (text !== undefined) texts[textAt(container, 'name')] = text;
    }
    logs[name] = texts;
  }
  return { ...outcome, events, logs };
}

/** Returns the namespace's events when each finished run has one: events are written after statuses. */
async function eventsOf({ client, namespace, recorder }: ReplayContext): Promise<readonly JsonObject[]> {
  const ended = [...recorder.list('PipelineRun'), ...recorder.list('TaskRun')].filter(hasEnded);
  for (let tries = 0; ; tries++) {
    const { items } = await client.list<KubeObject & JsonObject>(EVENTS, { namespace });
    const about = new Set(items.map((event) => textAt(event, 'involvedObject', 'uid')));
    if (tries === 20 || ended.every((run) => about.has(textAt(run, 'metadata', 'uid')))) return items;
    await pause(0.25);
  }
}

/** Returns a container's log, or undefined if it has none. */
async function logOf(
  client: KubeClient,
  pod: { readonly namespace: string; readonly name: string },
  container: string,
): Promise<string | undefined> {
  try {
    return await new Response(await client.podLogs(pod, { container })).text();
  } catch (cause) {
    if (cause instanceof ApiError) return undefined;
    throw cause;
  }
}
