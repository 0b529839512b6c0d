/** Matches PipelineResources with stand-ins on this machine. Pure. */

import {
  parseImageName,
  readPipelineResource,
  type ObjectModel,
  type PipelineResourceModel,
  type ResourceBindingModel,
} from '@pipewright/tekton';
import type { Manifest } from '../manifests/load.js';
import type { TektonObjects } from '../manifests/tekton-objects.js';
import { UsageError } from '../diagnostics/usage-error.js';
import type { StandIns } from './stand-ins.js';

/** Git URLs served from a directory; there are several if several namespaces have a resource of this name. */
export interface LocalSource {
  readonly resource: string;
  readonly urls: readonly string[];
  readonly directory: string;
  /** If empty, the branch that is checked out. */
  readonly revisions: readonly string[];
}

/** An image whose registry is replaced by that of the cluster. */
export interface LocalImage {
  readonly resource: string;
  readonly registry: string;
  readonly repository: string;
}

/** A bucket served from a directory. */
export interface LocalBucket {
  readonly resource: string;
  readonly bucket: string;
  readonly directory: string;
}

/** The stand-ins that apply to the existing resources. */
export interface LocalResources {
  readonly sources: readonly LocalSource[];
  readonly images: readonly LocalImage[];
  readonly buckets: readonly LocalBucket[];
  /** URLs of Git repositories without a stand-in. */
  readonly urlsWithoutStandIn: readonly string[];
}

/** Returns the PipelineResource objects, and the resources embedded in runs. */
export function resourcesIn(
  objects: TektonObjects,
  runs: readonly { readonly manifest: Manifest }[],
): readonly PipelineResourceModel[] {
  const embedded = runs.flatMap(({ manifest }) => {
    const model = objects.tryRead(manifest)?.model;
    return model ? embeddedIn(model) : [];
  });
  return [...objects.resources(), ...embedded];
}

/**
 * Returns the resource bindings of a run: references to PipelineResources, and embedded specs, which have the names of
 * their bindings.
 */
export const bindingsOf = (run: ObjectModel): readonly ResourceBindingModel[] =>
  run.kind === 'PipelineRun'
    ? run.run.resources
    : run.kind === 'TaskRun'
      ? [...run.run.inputs, ...run.run.outputs]
      : [];

/** Returns the PipelineResources embedded in a run, with the names of their bindings. */
export const embeddedIn = (run: ObjectModel): readonly PipelineResourceModel[] =>
  bindingsOf(run).flatMap(({ name, resource }) =>
    resource?.kind === 'embedded' ? [readPipelineResource(name, resource.spec)] : [],
  );

/** Matches stand-ins with resources. Throws a UsageError if a stand-in does not fit the type of its resource. */
export function localResources(standIns: StandIns, resources: readonly PipelineResourceModel[]): LocalResources {
  const sources: LocalSource[] = [];
  const images: LocalImage[] = [];
  const buckets: LocalBucket[] = [];
  for (const [name, standIn] of standIns.resources) {
    const resourcesOfName = resources.filter((each) => each.name === name); // names without a resource are reported elsewhere
    if (standIn.kind !== 'directory') images.push(...distinct(resourcesOfName.map(imageFor)));
    else {
      const stores = resourcesOfName.filter(({ type }) => type === 'storage');
      buckets.push(...stores.map((each) => bucketFor(each, standIn.directory)));
      const others = resourcesOfName.filter((each) => !stores.includes(each));
      if (others.length > 0) addSource(sources, sourceFor(name, others, standIn.directory, resources));
    }
  }
  const servedUrls = new Set(sources.flatMap(({ urls }) => urls));
  const unansweredUrls = gitUrls(resources).filter((url) => !servedUrls.has(url));
  return { sources, images, buckets: requireOneDirectoryEach(buckets), urlsWithoutStandIn: unansweredUrls };
}

/** Returns the distinct URLs of the git resources among these. */
export const gitUrls = (resources: readonly PipelineResourceModel[]): readonly string[] => [
  ...new Set(resources.flatMap(({ type, params }) => (type === 'git' ? (params.get('url') ?? []) : []))),
];

/** Adds a source. Each URL is served from one directory, regardless of the names of its resources. */
function addSource(sources: LocalSource[], source: LocalSource): void {
  for (const [index, other] of sources.entries()) {
    const shared = source.urls.find((url) => other.urls.includes(url));
    if (shared === undefined) continue;
    if (other.directory !== source.directory)
      throw new UsageError(
        `${other.resource} and ${source.resource} have the same url, ${shared}, but different directories: ${other.directory} and ${source.directory}`,
        'use the same directory for both, or change the url of one',
      );
    const urls = [...new Set([...other.urls, ...source.urls])];
    sources[index] = { ...other, urls, revisions: [...new Set([...other.revisions, ...source.revisions])] };
    return;
  }
  sources.push(source);
}

/**
 * Returns the distinct revisions of resources that share a repository. If some have one, a missing revision is Tekton's
 * default, `master`.
 */
export function revisionsOf(resources: readonly PipelineResourceModel[]): readonly string[] {
  const revisions = resources.map(({ params }) => params.get('revision') ?? '');
  if (revisions.every((revision) => revision === '')) return [];
  return [...new Set(revisions.map((revision) => (revision === '' ? 'master' : revision)))];
}

/** Returns the bucket of a storage resource, whose location may also be an https URL. */
export const bucketOf = (resource: PipelineResourceModel): string | undefined =>
  /^(?:gs:\/\/|https:\/\/storage\.googleapis\.com\/)([^/#]+)/.exec(resource.params.get('location') ?? '')?.[1];

function bucketFor(resource: PipelineResourceModel, directory: string): LocalBucket {
  const { name, params } = resource;
  const bucket = bucketOf(resource);
  if (bucket !== undefined) return { resource: name, bucket, directory };
  throw new UsageError(
    `${name} is at ${params.get('location') ?? '?'}, but a directory can only replace a Google Cloud Storage bucket`,
    'write its location as gs://BUCKET/PATH',
  );
}

function requireOneDirectoryEach(buckets: readonly LocalBucket[]): readonly LocalBucket[] {
  const first = new Map<string, LocalBucket>();
  for (const each of buckets) {
    const other = first.get(each.bucket) ?? each;
    first.set(each.bucket, other);
    if (other.directory !== each.directory)
      throw new UsageError(
        `${other.resource} and ${each.resource} use the same bucket, ${each.bucket}, but different directories: ${other.directory} and ${each.directory}`,
        'use the same directory for both: it replaces the whole bucket',
      );
  }
  return [...first.values()];
}

function sourceFor(
  resource: string,
  resourcesOfName: readonly PipelineResourceModel[],
  directory: string,
  all: readonly PipelineResourceModel[],
): LocalSource {
  const urls = [...new Set(resourcesOfName.map(gitUrl))];
  // Resources with other names and the same URL are served from this directory too, and may need other revisions.
  const servedResources = all.filter(({ type, params }) => type === 'git' && urls.includes(params.get('url') ?? ''));
  return { resource, urls, directory, revisions: revisionsOf(servedResources) };
}

function gitUrl({ name, type, params }: PipelineResourceModel): string {
  const url = params.get('url');
  if (type !== 'git' || url === undefined) {
    throw new UsageError(
      `${name} is a PipelineResource of type ${type}, but a directory can only replace one of type git or storage`,
      'for an image, write `registry: local`',
    );
  }
  return url;
}

/** Returns the images without duplicates of a repository. */
const distinct = (images: readonly LocalImage[]): readonly LocalImage[] => [
  ...new Map(images.map((image) => [`${image.registry}/${image.repository}`, image])).values(),
];

function imageFor({ name, type, params }: PipelineResourceModel): LocalImage {
  const url = params.get('url');
  if (type !== 'image' || url === undefined) {
    throw new UsageError(
      `${name} is a PipelineResource of type ${type}, but the local registry can only replace one of type image`,
      'for a git repository, write `directory: DIR`',
    );
  }
  const { registry, repository } = parseImageName(url);
  return { resource: name, registry, repository };
}
