/**
 * `pipewright run`: runs manifests, prints their logs, and returns an exit status.
 *
 *     prepare (read, check) ──▶ session (cluster, git, registry) ──▶ apply ──▶ follow ──▶ summary
 *                                        Ctrl-C: cancel the runs, then close; twice: close at once
 */

import type { RunOptions } from './run-options.js';
import type { EventEmitter } from 'node:events';
import type { Runtime } from '@pipewright/cluster';
import { systemClock, type Clock } from '@pipewright/apimachinery';
import { countOf, describeFinding, hasErrors, type Finding } from '../diagnostics/finding.js';
import { createRuntime, probeRuntime } from '../local/runtime.js';
import { unpackSavedImages } from '../stand-ins/saved-images.js';
import { openLogTarget } from '../log/log-options.js';
import { textLog } from '../log/text-log.js';
import { Mask } from '../masking/mask.js';
import { watchSecrets } from '../masking/secret-watch.js';
import { visible } from '../terminal/lines.js';
import type { Output } from '../terminal/output.js';
import { programWords } from '../terminal/shell-words.js';
import { listenForStop, STATUS_OF, type StopRequests } from '../terminal/stop-requests.js';
import { applyAll, startRuns } from './session/apply.js';
import { checkoutAt, checkoutHints } from './session/checkout-hint.js';
import { deployedImages, imageChanges } from './session/deployments.js';
import type { EventSink } from './follow/events.js';
import { maskedEvent } from './follow/masked-event.js';
import { Follower, type EndedRun } from './follow/follower.js';
import { nextCommands } from './next-command.js';
import { prepare, type PreparedRun } from './prepare/prepare.js';
import { jsonPresenter, textPresenter, type Presenter } from './present/presenter.js';
import { taskDependencies } from './select/reachable-tasks.js';
import { runToEnd } from './run-to-end.js';
import { openSession, type Session } from './session/session.js';
import type { WaitsFor } from './present/status-area.js';
import { optionsForFailedTask } from './task-alone.js';
import { cloudEventNotes } from './session/cloud-events.js';

/** Dependencies that tests replace. */
export interface RunDependencies {
  /** @default - created according to the option `runtime` */
  readonly runtime?: Runtime;
  /** The source of SIGINT and SIGTERM. @default - the process */
  readonly signals?: EventEmitter;
  /** The clock for timeouts and notices. @default - the system clock */
  readonly clock?: Clock;
  /** The words that invoke this program. @default - determined from the environment */
  readonly program?: readonly string[];
}

/** Runs the command. @returns the exit status */
export async function run(options: RunOptions, output: Output, dependencies: RunDependencies = {}): Promise<number> {
  const prepared = prepare(options);
  const mask = new Mask(prepared.secrets);
  output.protect(mask.hide);
  if (prepared.note !== undefined) output.warn(output.colors.dim(visible(prepared.note)));
  printFindings(prepared.findings, output);
  if (hasErrors(prepared.findings)) return 2;
  const runtime = dependencies.runtime ?? createRuntime(options.runtime);
  const runtimeDescription = await probeRuntime(runtime);
  const presenter = presenterFor(options, prepared, output);
  const showEvent: EventSink = (event) => presenter.show(maskedEvent(event, mask.hide));
  const { logFile, logLevel = 'error' } = options;
  const log = textLog({ target: openLogTarget(logFile, 'run'), level: logLevel, hide: mask.hide, warn: output.warn });
  const requests = listenForStop(dependencies.signals);
  try {
    const note = (message: string): void => showEvent({ type: 'note', time: new Date().toISOString(), message });
    const standIns = await unpackStandIns(prepared, runtime, note);
    const session = await openSession({ ...prepared, standIns }, runtime, log);
    [runtimeDescription, ...session.notes, ...(await tryCheckoutHints(prepared, options))].forEach(note);
    try {
      const { clock = systemClock, program = programWords(process.env) } = dependencies;
      return await runInSession({ options, prepared, session, mask, show: showEvent, requests, note, clock, program });
    } finally {
      await session.close();
    }
  } finally {
    presenter.finish();
    requests.release();
    log.close();
  }
}

/** Unpacks images before anything starts, so that a damaged image is detected before the first step runs. */
async function unpackStandIns(
  { standIns, images }: PreparedRun,
  runtime: Runtime,
  note: (line: string) => void,
): Promise<PreparedRun['standIns']> {
  return runtime.usesFiles ? unpackSavedImages(standIns, images, note) : standIns;
}

/** Returns hints to show before the runs start. The fake runtime clones nothing, so it needs none. */
async function tryCheckoutHints(
  { boundResources, resources, local }: PreparedRun,
  { runtime }: RunOptions,
): Promise<readonly string[]> {
  if (local.urlsWithoutStandIn.length === 0 || runtime === 'fake') return [];
  const checkout = await checkoutAt(process.cwd());
  return checkout ? checkoutHints(checkout, boundResources, resources, local.urlsWithoutStandIn) : [];
}

interface RunContext {
  readonly options: RunOptions;
  readonly prepared: PreparedRun;
  readonly session: Session;
  readonly mask: Mask;
  /** Shows events, after masking their texts. */
  readonly show: EventSink;
  readonly requests: StopRequests;
  readonly note: (message: string) => void;
  readonly clock: Clock;
  readonly program: readonly string[];
}

async function runInSession(context: RunContext): Promise<number> {
  const { options, prepared, session, mask, show, requests, note, clock } = context;
  const { client } = session;
  (await applyAll(client, prepared.manifests, prepared.runs)).forEach(note);
  mask.add(session.secrets);
  const before = await deployedImages(client);
  const follower = new Follower({ client, mask, emit: show, now: () => new Date() });
  const stopWatching = await watchSecrets(client, mask, note);
  try {
    await follower.start();
    if (requests.stop.aborted) return STATUS_OF[String(requests.stop.reason)] ?? 1;
    const started = await startRuns(client, prepared.runs, prepared.objects);
    const { timeoutMs } = options;
    const { ended, isStopped, status } = await runToEnd(started, {
      client,
      follower,
      requests,
      note,
      clock,
      timeoutMs,
    });
    const deliveryTimeoutMs = isStopped ? 1_000 : undefined;
    for (const line of await cloudEventNotes(client, deliveryTimeoutMs)) note(line);
    await showArtifacts(context, before);
    if (status === undefined || status === 124) await showNextCommand(context, ended, status === 124);
    return status ?? statusOf(ended);
  } finally {
    await follower.stop();
    await stopWatching();
  }
}

/** Shows the command to run next. Not called after a signal. */
async function showNextCommand(
  { options, prepared, session, program, mask, show }: RunContext,
  ended: readonly EndedRun[],
  isTimedOut: boolean,
): Promise<void> {
  const alone = isTimedOut ? undefined : await optionsForFailedTask(session.client, ended);
  const runs = ended.map(({ outcome }, index) => ({ title: prepared.runs[index]?.title ?? '', outcome }));
  const next = nextCommands({ program, options, runs, isTimedOut, alone }).find(
    ({ command }) => mask.hide(command) === command,
  );
  if (next === undefined) return;
  show({ type: 'next-command', time: new Date().toISOString(), ...next });
}

async function showArtifacts(
  { prepared, session, show }: RunContext,
  before: Awaited<ReturnType<typeof deployedImages>>,
): Promise<void> {
  const time = new Date().toISOString();
  for (const image of prepared.local.images) {
    for (const pushed of await session.pushed(image)) show({ type: 'pushed', time, ...pushed });
  }
  for (const change of imageChanges(before, await deployedImages(session.client))) {
    show({ type: 'deployment', time, ...change });
  }
}

function statusOf(ended: readonly EndedRun[]): number {
  if (ended.every(({ outcome }) => outcome === 'succeeded')) return 0;
  return ended.every(({ outcome }) => outcome === 'succeeded' || outcome === 'timed-out') ? 124 : 1;
}

function presenterFor({ output: format }: RunOptions, prepared: PreparedRun, output: Output): Presenter {
  if (format === 'json') return jsonPresenter(output);
  const dependenciesByTitle = new Map(
    prepared.runs.map((each) => [each.title, taskDependencies(each, prepared.objects)]),
  );
  const dependenciesOf = (name: string): ReadonlyMap<string, readonly string[]> | undefined =>
    dependenciesByTitle.get(name) ??
    [...dependenciesByTitle].find(([title]) => title.endsWith('-') && name.startsWith(title))?.[1];
  const waitsFor: WaitsFor = (name, task) => dependenciesOf(name)?.get(task) ?? [];
  return textPresenter(output, { waitsFor, hasSeveralRuns: prepared.runs.length > 1 });
}

/**
 * Prints findings to standard error, because standard output has the output of the runs. Only counts warnings about
 * manifests, which `lint` prints; prints warnings about stand-ins, which `lint` does not read.
 */
function printFindings(findings: readonly Finding[], output: Output): void {
  const { red, yellow, dim } = output.colors;
  const errors = findings.filter(({ severity }) => severity === 'error');
  const shown = findings.filter(({ severity, code }) => severity === 'error' || code === 'STAND_IN_UNUSED');
  const warnings = findings.filter((finding) => !shown.includes(finding));
  for (const finding of shown)
    output.warn(describeFinding(finding, { error: red, warning: yellow, dim }, output.errorColumns?.()));
  if (errors.length > 0) output.warn(`${countOf(errors)}; nothing was run`);
  else if (warnings.length > 0) output.warn(yellow(`${countOf(warnings)}; \`pipewright lint\` shows them`));
}
