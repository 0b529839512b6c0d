/**
 * The servers of a local run: the cluster, the Git server, the registry, the object store. They are started and stopped
 * together.
 */

import { KubeClient } from '@pipewright/kube';
import type { Runtime } from '@pipewright/cluster';
import { asWritten } from '@pipewright/tekton';
import { filterNotes } from '../../git-server/filter-notes.js';
import { SourceError } from '../../git-server/source-error.js';
import { startGitServer, type GitServer } from '../../git-server/git-server.js';
import {
  BUCKETS_FILE,
  bucketsJson,
  DOCKER_CONFIG_FILE,
  dockerConfig,
  gitConfig,
  loginSecret,
  registriesConf,
  localRegistry,
} from '../../stand-ins/host-files.js';
import { startLocalCluster, type LocalCluster } from '../../local/local-cluster.js';
import { imageNotes, nodeNotes } from '../../stand-ins/notes.js';
import type { JsonObject } from '../../json.js';
import type { TextLog } from '../../log/text-log.js';
import { startObjectStore } from '../../object-store/object-store.js';
import { UsageError } from '../../diagnostics/usage-error.js';
import type { PreparedRun } from '../prepare/prepare.js';
import type { LocalImage } from '../../stand-ins/local-resources.js';

/** A running session. */
export interface Session {
  readonly client: KubeClient;
  /** The stand-ins in use, for the user. */
  readonly notes: readonly string[];
  /** Secrets of the session itself, to be masked like those of the manifests. */
  readonly secrets: readonly JsonObject[];
  /** Returns the images of a resource in the local registry, by `name:tag`. */
  readonly pushed: (image: LocalImage) => Promise<readonly { readonly image: string; readonly digest: string }[]>;
  readonly close: () => Promise<void>;
}

/** Starts only the servers that a prepared run needs. */
export async function openSession(prepared: PreparedRun, runtime: Runtime, log: TextLog): Promise<Session> {
  const { local, standIns } = prepared;
  const closers: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const each of closers.splice(0).reverse()) await each();
  };
  const closeLater = async <T extends { close(): Promise<void> }>(startingCluster: Promise<T>): Promise<T> => {
    const localCluster = await startingCluster;
    closers.push(() => localCluster.close());
    return localCluster;
  };
  try {
    const secrets: JsonObject[] = [];
    const hostFiles: Record<string, string> = {}; // read when a container starts, so it may still be filled in
    const claimDirectory = (namespace: string, claim: string): string | undefined =>
      prepared.directories.find((each) => each.namespace === namespace && each.claim === claim)?.path;
    const startingGit = local.sources.length > 0 ? closeLater(serveSources(prepared)) : undefined;
    const starting = closeLater(startLocalCluster({ runtime, standIns, hostFiles, log, claimDirectory }));
    await Promise.allSettled([startingGit, starting]); // if one of them fails, the other one is closed
    const [git, started] = [await startingGit, await starting];
    if (git) {
      const addresses = local.sources.flatMap(({ resource, urls }) =>
        urls.map((url) => [url, git.url(resource)] as const),
      );
      hostFiles['/etc/gitconfig'] = gitConfig(new Map(addresses), local.urlsWithoutStandIn);
    }
    if (local.images.length > 0) {
      const registry = await closeLater(started.cluster.registry.serve());
      const registries = new Set(local.images.map((image) => image.registry));
      const location = localRegistry(registry.port);
      hostFiles['/etc/containers/registries.conf'] = registriesConf(registries, location);
      hostFiles[DOCKER_CONFIG_FILE] = dockerConfig(location, registry.login);
      secrets.push(loginSecret(location, registry.login));
    }
    if (local.buckets.length > 0) {
      const directories = new Map(local.buckets.map(({ bucket, directory }) => [bucket, directory]));
      const store = await closeLater(startObjectStore((bucket) => directories.get(bucket)));
      hostFiles[BUCKETS_FILE] = bucketsJson(directories.keys(), store.url);
    }
    const client = new KubeClient(started.cluster.send, { decode: asWritten });
    const pushed: Session['pushed'] = (image) => pushedImages(started, image);
    return { client, notes: notesOn(prepared, git), secrets, pushed, close };
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function serveSources({ local }: PreparedRun): Promise<GitServer> {
  const repositories = new Map(
    local.sources.map(({ resource, directory, revisions }) => [resource, { directory, revisions }]),
  );
  try {
    return await startGitServer({ repositories });
  } catch (cause) {
    if (cause instanceof SourceError) throw new UsageError(`${cause.code}: ${cause.message}`, cause.hint, { cause });
    throw cause;
  }
}

function notesOn({ standIns, local, configFile }: PreparedRun, git: GitServer | undefined): readonly string[] {
  const images = imageNotes(standIns);
  const sources = local.sources.flatMap(({ resource, urls, directory }) => {
    const state = git?.isDirty(resource) === true ? ', uncommitted changes included' : '';
    const commits = git?.commits(resource).join(', ') ?? '?';
    const sourceNote = `${resource}: ${urls.join(', ')} is ${directory}${state}, commit ${commits}`;
    return [sourceNote, ...filterNotes(resource, git?.filtered(resource) ?? [])];
  });
  const registries = local.images.map(
    ({ resource, registry, repository }) => `${resource}: ${registry}/${repository} is in a registry of this run`,
  );
  const buckets = local.buckets.map(
    ({ resource, bucket, directory }) =>
      `${resource}: gs://${bucket} is ${directory}, which outputs write to and remove from`,
  );
  const all = [...images, ...sources, ...registries, ...buckets, ...nodeNotes(standIns)];
  return all.length === 0
    ? []
    : [`stand-ins${configFile === undefined ? '' : ` (${configFile})`}:`, ...all.map((line) => `  ${line}`)];
}

async function pushedImages(
  { cluster }: LocalCluster,
  { registry, repository }: LocalImage,
): Promise<readonly { readonly image: string; readonly digest: string }[]> {
  const response = await cluster.registry.handle(new Request(`http://registry/v2/${repository}/tags/list`));
  if (!response.ok) return [];
  // The registry is part of this process, so its responses are trusted.
  const { tags } = (await response.json()) as { readonly tags?: readonly string[] | null };
  const found = await Promise.all(
    (tags ?? []).map(async (tag) => ({ tag, manifest: await cluster.registry.resolve(repository, tag) })),
  );
  return found.flatMap(({ tag, manifest }) =>
    manifest ? [{ image: `${registry}/${repository}:${tag}`, digest: manifest.digest }] : [],
  );
}
