/**
 * Generates the files that point containers to the stand-ins on this machine, for the PipelineResources that exist at
 * the time.
 *
 * `run` knows its resources before it starts; in `up` users apply them later. The files are therefore generated when a
 * container starts, from the current resources.
 */

import type { ServedRegistry } from '@pipewright/cluster';
import type { KubeClient } from '@pipewright/kube';
import {
  BUCKETS_FILE,
  bucketsJson,
  DOCKER_CONFIG_FILE,
  dockerConfig,
  gitConfig,
  localRegistry,
  registriesConf,
} from '../stand-ins/host-files.js';
import { parseImageName, type PipelineResourceModel } from '@pipewright/tekton';
import { startObjectStore } from '../object-store/object-store.js';
import type { SourceDirectory } from '../git-server/snapshot.js';
import { bucketOf, gitUrls, revisionsOf } from '../stand-ins/local-resources.js';
import { serveLiveSources } from './live-sources.js';
import { watchResources, type LiveResources } from './live-resources.js';
import type { StandIns } from '../stand-ins/stand-ins.js';

/** The files, and the watch that keeps their input up to date. */
export interface StandInFiles {
  /** Content by absolute path, generated on each read. */
  readonly files: Readonly<Record<string, string>>;
  /**
   * Starts watching a cluster's PipelineResources, including those embedded in runs. `registry`: the local registry, if
   * it is served.
   */
  readonly watch: (client: KubeClient, registry: ServedRegistry | undefined) => Promise<void>;
  readonly close: () => Promise<void>;
}

/**
 * Creates the files. Directories are served over Git from the start, even if no resource refers to them yet.
 *
 * @param note receives messages about the content of clones
 */
export async function standInFiles(standIns: StandIns, note: (line: string) => void): Promise<StandInFiles> {
  let liveResources: LiveResources | undefined;
  let servedRegistry: ServedRegistry | undefined;
  // Several namespaces and runs may have a resource of the same name, each with its own URL and revision.
  const resourcesOf = (name: string): readonly PipelineResourceModel[] =>
    (liveResources?.list() ?? []).filter((resource) => resource.name === name);
  const findSource = (name: string): SourceDirectory | undefined => {
    const standIn = standIns.resources.get(name);
    if (!standIn || standIn.kind !== 'directory') return undefined;
    // An unknown revision in one namespace must not prevent clones in another.
    return { directory: standIn.directory, revisions: revisionsOf(resourcesOf(name)), skipUnknown: true };
  };
  const sources = await serveLiveSources(findSource, note);
  const findBucket = (bucket: string): string | undefined => buckets().get(bucket);
  const store = await startObjectStore(findBucket);
  /**
   * Returns the directory of each bucket. If two resources have the same bucket, the later one takes precedence; `run`
   * rejects this.
   */
  const buckets = (): ReadonlyMap<string, string> =>
    new Map(
      [...standIns.resources].flatMap(([name, standIn]) =>
        (standIn.kind === 'directory' ? resourcesOf(name) : []).flatMap((resource) => {
          const bucket = resource.type === 'storage' ? bucketOf(resource) : undefined;
          return bucket === undefined || standIn.kind !== 'directory' ? [] : [[bucket, standIn.directory] as const];
        }),
      ),
    );
  const urls = (kind: 'directory' | 'registry'): readonly (readonly [string, string])[] =>
    [...standIns.resources].flatMap(([name, standIn]) =>
      (standIn.kind === kind ? resourcesOf(name) : []).flatMap(({ params }) => {
        const url = params.get('url');
        return url === undefined ? [] : [[name, url] as const];
      }),
    );
  return {
    files: {
      get '/etc/gitconfig'() {
        const all = gitUrls(liveResources?.list() ?? []);
        return gitConfig(new Map(urls('directory').map(([name, url]) => [url, sources.url(name)])), all);
      },
      get '/etc/containers/registries.conf'() {
        const registries = new Set(urls('registry').map(([, url]) => parseImageName(url).registry));
        return servedRegistry === undefined ? '' : registriesConf(registries, localRegistry(servedRegistry.port));
      },
      get [DOCKER_CONFIG_FILE]() {
        return servedRegistry === undefined
          ? ''
          : dockerConfig(localRegistry(servedRegistry.port), servedRegistry.login);
      },
      get [BUCKETS_FILE]() {
        return bucketsJson(buckets().keys(), store.url);
      },
    },
    watch: async (client, registry) => {
      servedRegistry = registry;
      liveResources = await watchResources(client);
    },
    close: async () => {
      await liveResources?.close();
      await sources.close();
      await store.close();
    },
  };
}
