/**
 * Plays a recorded case at a cluster, and writes down what was seen in the shape of a recording.
 *
 *     namespace ──▶ objects, one by one ──▶ actions at their points ──▶ every run has ended ──▶ quiet ──▶ look
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
import type { Place } from './place.js';
import { objectsOf, type Action, type Applied, type Outcome, type Recording } from './recording.js';
import { Witness } from './witness.js';

/** What was seen, and what stood for what there. */
export interface Played {
  readonly outcome: Outcome;
  /** Real addresses and directories by what the recording calls them. */
  readonly places: Readonly<Record<string, string>>;
}

/** Plays one case. Its namespace is gone afterwards. */
export async function play(recording: Recording, place: Place): Promise<Played> {
  const began = performance.now();
  const client = new KubeClient(place.send);
  const namespace = place.namespaceOf(recording.name);
  await client.create(NAMESPACES, {}, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  const leave = await place.enter(namespace);
  const witness = new Witness(client, namespace);
  const { objects, directories } = furnished(recording, place, namespace);
  const stage: Stage = { recording, objects, client, namespace, witness };
  const clusterWide: JsonObject[] = [];
  try {
    await witness.start();
    await accountOf(client, namespace);
    const applied = await applyAll(stage, clusterWide);
    const limit = recording.outcome.finished ? recording.outcome.seconds * 3 + 60 : 20;
    const deadline = performance.now() + limit * 1000;
    for (const action of recording.outcome.actions) await act(action, stage, applied, deadline);
    const finished = await witness.until(() => allEnded(witness, applied), deadline);
    const settled = performance.now() + 10_000;
    await witness.until(() => statusesAgree(witness), settled);
    await witness.quiet(700, settled);
    const seconds = (performance.now() - began) / 1000;
    const outcome = await look(stage, { applied, finished, seconds });
    return { outcome, places: { ...place.addresses, ...directories } };
  } finally {
    await witness.stop();
    await leave();
    for (const object of clusterWide)
      await client.delete(resourceOf(object), { name: textAt(object, 'metadata', 'name') });
    await client.delete(NAMESPACES, { name: namespace });
  }
}

interface Stage {
  readonly recording: Recording;
  readonly objects: readonly JsonObject[];
  readonly client: KubeClient;
  readonly namespace: string;
  readonly witness: Witness;
}

/** The objects of a case as they are created here, on a node of another name, and the directories of the machine that are others here. */
function furnished(
  { input, outcome }: Recording,
  place: Place,
  namespace: string,
): { readonly objects: readonly JsonObject[]; readonly directories: Readonly<Record<string, string>> } {
  const given = objectsOf(input, { ...place.addresses, ...(outcome.namespace && { [outcome.namespace]: namespace }) });
  const directories: Record<string, string> = {};
  const recorded = nodeOf(outcome);
  const objects = JSON.parse(
    JSON.stringify(given, (field, value: unknown) => {
      if (field === HOSTNAME && value === recorded) return place.node;
      if (field !== 'hostPath' || !/OrCreate$/.test(textAt(value, 'type'))) return value;
      const path = textAt(value, 'path');
      const own = place.ownDirectory(path);
      directories[path.replaceAll(namespace, 'NAMESPACE')] = own;
      return { ...objectAt(value), path: own };
    }),
  ) as readonly JsonObject[]; // they were JSON before
  return { objects, directories };
}

/** Kubernetes makes a namespace's account a moment after the namespace; pods made before it are refused. */
async function accountOf(client: KubeClient, namespace: string): Promise<void> {
  const name = 'default';
  for (let tries = 0; tries < 100; tries++) {
    if (await client.get(SERVICE_ACCOUNTS, { namespace, name })) return;
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function applyAll({ objects, client, namespace }: Stage, clusterWide: JsonObject[]): Promise<readonly Applied[]> {
  const applied: Applied[] = [];
  for (const object of objects) {
    const of = resourceOf(object);
    const what = { apiVersion: textAt(object, 'apiVersion'), kind: of.kind };
    const own = textAt(object, 'metadata', 'namespace');
    try {
      const made = await client.create<JsonObject>(
        of,
        { namespace: of.namespaced ? own || namespace : undefined },
        object,
      );
      if (!of.namespaced) clusterWide.push(made);
      const spec = at(made, 'spec');
      const name = textAt(made, 'metadata', 'name');
      applied.push({ ...what, name, code: 201, ...(spec !== undefined && { defaulted: spec }) });
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      const { status: code, message, reason } = cause;
      const name = textAt(object, 'metadata', 'name');
      applied.push({ ...what, name, code, status: { status: 'Failure', reason, message, code } });
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

/** Where a kind is served. */
const resourceOf = (object: JsonObject): Resource =>
  resourceNamed(textAt(object, 'apiVersion'), textAt(object, 'kind'));

/** Plurals are as in English, for all kinds that cases have. */
function resourceNamed(apiVersion: string, kind: string): Resource {
  const word = kind.toLowerCase();
  const plural = word.endsWith('s') ? `${word}es` : word.endsWith('y') ? `${word.slice(0, -1)}ies` : `${word}s`;
  return resource(apiVersion, plural, kind, !CLUSTER_WIDE.has(kind));
}

async function act(action: Action, stage: Stage, applied: readonly Applied[], deadline: number): Promise<void> {
  const { client, witness, namespace } = stage;
  if (action.wait !== undefined) {
    await witness.until(waitedFor(action.wait, witness), deadline);
    return;
  }
  if (action.op === 'sleep') return pause(action.seconds ?? 0);
  const kind = action.kind ?? '';
  const of = resourceNamed(apiVersionOf(action, stage.objects), kind);
  const name = realName(action, stage, applied);
  const where = { namespace: of.namespaced ? namespace : undefined, name };
  try {
    if (action.op === 'patch') await client.patch(of, where, action.body, { type: 'merge' });
    else if (action.op === 'delete') {
      const policy = textAt(action.body, 'propagationPolicy');
      const propagationPolicy = (policy === '' ? 'Background' : policy) as 'Background'; // one of Kubernetes' three words
      await client.delete(of, where, { propagationPolicy });
    } else if (action.op === 'create' && isObject(action.body)) await client.create(of, { namespace }, action.body);
  } catch (cause) {
    if (!(cause instanceof ApiError) || (action.code ?? 200) < 400) throw cause; // what was refused then may be refused now
  }
}

/** Where the kind of an action is served: as the action or an object of the case says, else among Tekton's or Kubernetes' own. */
export function apiVersionOf({ kind = '', body }: Action, objects: readonly JsonObject[]): string {
  const told = textAt(body, 'apiVersion') || textAt(objects.find((one) => one['kind'] === kind) ?? {}, 'apiVersion');
  if (told !== '') return told;
  return /^(?:Cluster)?Task$|^Pipeline|Run$|^Condition$/.test(kind) ? 'tekton.dev/v1alpha1' : 'v1';
}

/** Tells when to go on. What is waited for in other words than these is there when something runs. */
function waitedFor(words: string, witness: Witness): () => boolean {
  const [, what = 'pod', state = 'Running'] = /^(?:an? )?(\w+) is (\w+)$/.exec(words) ?? [];
  const kind = { pod: 'Pod', taskrun: 'TaskRun', pipelinerun: 'PipelineRun' }[what.toLowerCase()] ?? 'Pod';
  const runs = (): readonly JsonObject[] => [...witness.list('PipelineRun'), ...witness.list('TaskRun')];
  return () =>
    (runs().length > 0 && runs().every(hasEnded)) ||
    witness
      .list(kind)
      .some((object) => textAt(object, 'status', 'phase') === state || conditionOf(object)?.['reason'] === state);
}

const pause = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

/** What an object of the recording is called here: the one whose name differs only in what is drawn at random. */
function realName({ kind = '', name = '' }: Action, stage: Stage, applied: readonly Applied[]): string {
  const there = stage.witness.list(kind);
  if (there.length === 0 || there.some((one) => textAt(one, 'metadata', 'name') === name)) return name;
  const wanted = namesOf(stage.recording.outcome).of(name);
  const here: Names = namesOf(seen(stage, { applied, finished: false, seconds: 0 }));
  return there.map((one) => textAt(one, 'metadata', 'name')).find((real) => here.of(real) === wanted) ?? name;
}

const conditionOf = (object: JsonObject): JsonObject | undefined =>
  listAt(object, 'status', 'conditions')
    .filter(isObject)
    .find((one) => one['type'] === 'Succeeded');

const hasEnded = (run: JsonObject): boolean => ['True', 'False'].includes(String(conditionOf(run)?.['status']));

/** Whether every run that was created has been seen, and every run there is, is at its end. */
function allEnded(witness: Witness, applied: readonly Applied[]): boolean {
  const runs = [...witness.list('PipelineRun'), ...witness.list('TaskRun')];
  const seenNames = new Set([
    ...runs.map((run) => `${textAt(run, 'kind')} ${textAt(run, 'metadata', 'name')}`),
    ...witness.deleted.map(({ kind, name }) => `${kind} ${name}`),
  ]);
  const created = applied.filter(({ kind, code }) => kind.endsWith('Run') && code < 400);
  return created.every(({ kind, name }) => seenNames.has(`${kind} ${name}`)) && runs.every(hasEnded);
}

/** Whether every PipelineRun shows its tasks as they ended. */
function statusesAgree(witness: Witness): boolean {
  const ended = new Set(
    witness
      .list('TaskRun')
      .filter(hasEnded)
      .map((run) => textAt(run, 'metadata', 'name')),
  );
  return witness
    .list('PipelineRun')
    .flatMap((run) => Object.entries(objectAt(run, 'status', 'taskRuns')))
    .every(([name, entry]) => !ended.has(name) || hasEnded(objectAt(entry)));
}

interface Facts {
  readonly applied: readonly Applied[];
  readonly finished: boolean;
  readonly seconds: number;
}

/** What the witness has seen. */
const seen = ({ recording, namespace, witness }: Stage, facts: Facts): Outcome => ({
  ...facts,
  note: recording.outcome.note,
  namespace,
  actions: [],
  taskruns: witness.list('TaskRun'),
  pipelineruns: witness.list('PipelineRun'),
  pods: witness.list('Pod'),
  pvcs: witness.list('PersistentVolumeClaim'),
  deleted: witness.deleted,
  logs: {},
  events: [],
});

async function look(stage: Stage, facts: Facts): Promise<Outcome> {
  const { client, namespace } = stage;
  const outcome = seen(stage, facts);
  const events = (await eventsOf(stage)).map((event) => ({
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

/** The namespace's events, once every run that has ended has one: they are written behind the statuses. */
async function eventsOf({ client, namespace, witness }: Stage): Promise<readonly JsonObject[]> {
  const ended = [...witness.list('PipelineRun'), ...witness.list('TaskRun')].filter(hasEnded);
  for (let tries = 0; ; tries++) {
    const { items } = await client.list<KubeObject & JsonObject>(EVENTS, { namespace });
    const about = new Set(items.map((event) => textAt(event, 'involvedObject', 'uid')));
    if (tries === 20 || ended.every((run) => about.has(textAt(run, 'metadata', 'uid')))) return items;
    await pause(0.25);
  }
}

/** A container's log; undefined when it never had one. */
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
