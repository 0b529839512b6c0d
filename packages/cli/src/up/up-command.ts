/** `pipewright up`: serves the cluster of `run` to kubectl until a stop request. */

import { chmodSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import type { EventEmitter } from 'node:events';
import {
  ClusterError,
  openTemporaryDirectory,
  type Cluster,
  type Runtime,
  type ServedRegistry,
} from '@pipewright/cluster';
import type { RetentionPolicy } from '@pipewright/controller';
import { KubeClient } from '@pipewright/kube';
import { writeFileNamingPath } from '../diagnostics/failure.js';
import { describeFinding, hasErrors } from '../diagnostics/finding.js';
import { dockerConfig, localRegistry, loginSecret } from '../stand-ins/host-files.js';
import { startLocalCluster } from '../local/local-cluster.js';
import { imageNotes, loginNote, nodeNotes, resourceNotes } from '../stand-ins/notes.js';
import { createRuntime, probeRuntime } from '../local/runtime.js';
import { unpackSavedImages } from '../stand-ins/saved-images.js';
import { openLogTarget, type LogOptions } from '../log/log-options.js';
import { textLog, type TextLog } from '../log/text-log.js';
import { Mask } from '../masking/mask.js';
import { watchSecrets } from '../masking/secret-watch.js';
import type { Output } from '../terminal/output.js';
import { whenAborted, listenForStop } from '../terminal/stop-requests.js';
import { UsageError } from '../diagnostics/usage-error.js';
import { standInFiles } from './stand-in-files.js';
import { resolveStandIns } from '../config/stand-in-flags.js';
import { hasRegistry } from '../stand-ins/image-source.js';
import type { StandIns } from '../stand-ins/stand-ins.js';

/** Options of `pipewright up`. */
export interface UpOptions extends LogOptions {
  readonly dataDir?: string;
  readonly kubeconfig?: string;
  readonly port: number;
  readonly image: ReadonlyMap<string, string>;
  readonly source: ReadonlyMap<string, string>;
  readonly config?: string;
  readonly runtime: 'sandbox' | 'fake';
  /** Which finished runs to keep. @default - all */
  readonly keepRuns?: RetentionPolicy;
}

/** Dependencies that tests replace. */
export interface UpDependencies {
  readonly runtime?: Runtime;
  /** The source of SIGINT and SIGTERM. @default - the process */
  readonly signals?: EventEmitter;
}

/** Serves until a stop request. @returns the exit status: 0 after a graceful stop */
export async function up(options: UpOptions, output: Output, dependencies: UpDependencies = {}): Promise<number> {
  const { standIns, findings, file } = resolveStandIns(options, []);
  for (const finding of findings) output.warn(describeFinding(finding, undefined, output.errorColumns?.()));
  if (hasErrors(findings)) return 2;
  const runtime = dependencies.runtime ?? createRuntime(options.runtime);
  output.print(await probeRuntime(runtime));
  const unpacked = runtime.usesFiles ? await unpackSavedImages(standIns, undefined, output.print) : standIns;
  const mask = new Mask();
  output.protect(mask.hide);
  const { logFile, logLevel = 'warn' } = options;
  const log = textLog({ target: openLogTarget(logFile, 'up'), level: logLevel, hide: mask.hide, warn: output.warn });
  const requests = listenForStop(dependencies.signals);
  const closers: Closers = [() => Promise.resolve(requests.release()), () => Promise.resolve(log.close())];
  try {
    const { cluster, notes } = await openCluster(
      options,
      unpacked,
      { runtime, log, mask, note: output.print },
      closers,
    );
    const served = await cluster.serve({ port: options.port });
    const kubeconfig = await writeKubeconfig(options, served.kubeconfig, closers);
    if (notes.length > 0) output.print(`stand-ins${file === undefined ? '' : ` (${file})`}:`);
    for (const line of notes) output.print(`  ${line}`);
    printReady(output, served.url, kubeconfig);
    await whenAborted(requests.stop);
    output.print('stopping');
    return 0;
  } catch (cause) {
    if (cause instanceof ClusterError) throw new UsageError(`${cause.code}: ${cause.message}`, cause.hint, { cause });
    throw cause;
  } finally {
    await closeAll(closers);
  }
}

/** Runs the closers in reverse order, then throws the first failure. */
async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const close of [...closers].reverse()) await close().catch((cause: unknown) => failures.push(cause));
  if (failures.length > 0) throw failures[0];
}

type Closers = (() => Promise<void>)[];

interface UpContext {
  readonly runtime: Runtime;
  readonly log: TextLog;
  readonly mask: Mask;
  readonly note: (line: string) => void;
}

async function openCluster(
  { dataDir, keepRuns }: UpOptions,
  standIns: StandIns,
  { runtime, log, mask, note }: UpContext,
  closers: Closers,
): Promise<{ readonly cluster: Cluster; readonly notes: readonly string[] }> {
  const files = await standInFiles(standIns, note);
  closers.push(files.close);
  const directory = dataDir === undefined ? undefined : resolve(dataDir);
  if (directory !== undefined) makeDirectory(directory, '--data-dir');
  const local = await startLocalCluster({
    runtime,
    standIns,
    hostFiles: files.files,
    dataDir: directory,
    log,
    ...(keepRuns && { retention: keepRuns }),
  });
  closers.push(local.close);
  const client = new KubeClient(local.cluster.send);
  closers.push(await watchSecrets(client, mask, (line) => log.info(line)));
  const registry = hasRegistry(standIns) ? await local.cluster.registry.serve() : undefined;
  if (registry) {
    closers.push(() => registry.close());
    mask.add([loginSecret(localRegistry(registry.port), registry.login)]);
  }
  await files.watch(client, registry);
  const logins = registry ? [loginNote(await writeLogin(directory, registry, closers))] : [];
  const resources = [...resourceNotes(standIns, registry?.port), ...logins];
  return { cluster: local.cluster, notes: [...imageNotes(standIns), ...resources, ...nodeNotes(standIns)] };
}

/**
 * Writes the credentials of the local registry for clients outside the cluster. @returns the directory for
 * DOCKER_CONFIG
 */
async function writeLogin(
  dataDir: string | undefined,
  { port, login }: ServedRegistry,
  closers: Closers,
): Promise<string> {
  const directory = dataDir === undefined ? await openTemporary('registry', closers) : join(dataDir, 'docker');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = join(directory, 'config.json');
  closers.push(() => Promise.resolve(rmSync(file, { force: true }))); // they change with each start
  rmSync(file, { force: true });
  writeFileNamingPath(file, dockerConfig(localRegistry(port), login), { mode: 0o600 });
  return directory;
}

function makeDirectory(directory: string, option: string): void {
  try {
    makeWithParents(directory);
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException; // mkdir throws errors of this type
    const why = code === 'EEXIST' || code === 'ENOTDIR' ? 'a file exists at that path' : code;
    throw new UsageError(`${option}: cannot create the directory ${directory}: ${why}`, 'use another path', { cause });
  }
}

/**
 * Creates a directory and its parents. The `recursive` option does not terminate below /proc, and hides why a file
 * system rejects it.
 */
function makeWithParents(directory: string): void {
  try {
    mkdirSync(directory, { mode: 0o700 });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException; // mkdir throws errors of this type
    if (code === 'EEXIST' && statSync(directory).isDirectory()) return;
    if (code !== 'ENOENT' || existsSync(dirname(directory))) throw cause;
    makeWithParents(dirname(directory));
    mkdirSync(directory, { mode: 0o700 });
  }
}

/** Writes the kubeconfig, which grants full access to the cluster, so only its owner can read it. */
async function writeKubeconfig(options: UpOptions, text: string, closers: Closers): Promise<string> {
  const named = options.kubeconfig ?? (options.dataDir === undefined ? undefined : join(options.dataDir, 'kubeconfig'));
  const file = resolve(named ?? join(await openTemporary('kubeconfig', closers), 'kubeconfig'));
  makeDirectory(dirname(file), '--kubeconfig');
  writeFileNamingPath(file, text, { mode: 0o600 });
  chmodSync(file, 0o600); // writing an existing file does not change its mode
  return file;
}

async function openTemporary(name: string, closers: Closers): Promise<string> {
  const directory = await openTemporaryDirectory(name);
  closers.push(directory.remove);
  return directory.path;
}

function printReady(output: Output, url: string, kubeconfig: string): void {
  const shown = relative(process.cwd(), kubeconfig);
  output.print(`ready at ${url}; Ctrl-C stops it`);
  output.print('');
  output.print(`  export KUBECONFIG=${shown.startsWith('..') ? kubeconfig : resolve(shown)}`);
  output.print('  kubectl apply -f dist/');
  output.print('  kubectl get pipelineruns --watch');
}
