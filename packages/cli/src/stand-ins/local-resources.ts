/**
 * Which PipelineResources are answered on this machine, and by what. Pure.
 */

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

/** Git addresses that a directory answers: resources of one name may stand in several namespaces. */
export interface LocalSource {
  readonly resource: string;
  readonly urls: readonly string[];
  readonly directory: string;
  /** Empty: the branch that is checked out. */
  readonly revisions: readonly string[];
}

/** An image whose registry is the cluster's own. */
export interface LocalImage {
  readonly resource: string;
  readonly registry: string;
  readonly repository: string;
}

/** A bucket that a directory answers for. */
export interface LocalBucket {
  readonly resource: string;
  readonly bucket: string;
  readonly directory: string;
}

/** What the stand-ins come to, for the resources there are. */
export interface LocalResources {
  readonly sources: readonly LocalSource[];
  readonly images: readonly LocalImage[];
  readonly buckets: readonly LocalBucket[];
  /** Addresses of Git repositories that nothing here answers. */
  readonly unansweredUrls: readonly string[];
}

/** PipelineResource objects, and those that runs embed. */
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

/** The resources that a run is given: names of PipelineResources, and specs in place under the names of their bindings. */
export const bindingsOf = (run: ObjectModel): readonly ResourceBindingModel[] =>
  run.kind === 'PipelineRun'
    ? run.run.resources
    : run.kind === 'TaskRun'
      ? [...run.run.inputs, ...run.run.outputs]
      : [];

/** The PipelineResources that a run embeds, by the names of their bindings. */
export const embeddedIn = (run: ObjectModel): readonly PipelineResourceModel[] =>
  bindingsOf(run).flatMap(({ name, resource }) =>
    resource?.kind === 'embedded' ? [readPipelineResource(name, resource.spec)] : [],
  );

/** Matches stand-ins with resources. Throws a UsageError for one that stands for another type. */
export function localResources(standIns: StandIns, resources: readonly PipelineResourceModel[]): LocalResources {
  const sources: LocalSource[] = [];
  const images: LocalImage[] = [];
  const buckets: LocalBucket[] = [];
  for (const [name, standIn] of standIns.resources) {
    const named = resources.filter((each) => each.name === name); // none is a finding of its own
    if (standIn.kind !== 'directory') images.push(...distinct(named.map(imageFor)));
    else {
      const stores = named.filter(({ type }) => type === 'storage');
      buckets.push(...stores.map((each) => bucketFor(each, standIn.directory)));
      const others = named.filter((each) => !stores.includes(each));
      if (others.length > 0) addSource(sources, sourceFor(name, others, standIn.directory, resources));
    }
  }
  const answered = new Set(sources.flatMap(({ urls }) => urls));
  const elsewhere = gitUrls(resources).filter((url) => !answered.has(url));
  return { sources, images, buckets: oneDirectoryEach(buckets), unansweredUrls: elsewhere };
}

/** The addresses of the git resources among these, each once. */
export const gitUrls = (resources: readonly PipelineResourceModel[]): readonly string[] => [
  ...new Set(resources.flatMap(({ type, params }) => (type === 'git' ? (params.get('url') ?? []) : []))),
];

/** An address is answered by one directory, whatever the resources are called that have it. */
function addSource(sources: LocalSource[], source: LocalSource): void {
  for (const [index, other] of sources.entries()) {
    const shared = source.urls.find((url) => other.urls.includes(url));
    if (shared === undefined) continue;
    if (other.directory !== source.directory)
      throw new UsageError(
        `${other.resource} and ${source.resource} have one url, ${shared}, and two directories: ${other.directory} and ${source.directory}`,
        'give both the same directory, or one of them another url',
      );
    const urls = [...new Set([...other.urls, ...source.urls])];
    sources[index] = { ...other, urls, revisions: [...new Set([...other.revisions, ...source.revisions])] };
    return;
  }
  sources.push(source);
}

/** The revisions of resources that one repository answers for, each once. Of several, one without is Tekton's `master`. */
export function revisionsOf(resources: readonly PipelineResourceModel[]): readonly string[] {
  const written = resources.map(({ params }) => params.get('revision') ?? '');
  if (written.every((revision) => revision === '')) return [];
  return [...new Set(written.map((revision) => (revision === '' ? 'master' : revision)))];
}

/** The bucket of a storage resource, also where its location is written as a web address. */
export const bucketOf = (resource: PipelineResourceModel): string | undefined =>
  /^(?:gs:\/\/|https:\/\/storage\.googleapis\.com\/)([^/#]+)/.exec(resource.params.get('location') ?? '')?.[1];

function bucketFor(resource: PipelineResourceModel, directory: string): LocalBucket {
  const { name, params } = resource;
  const bucket = bucketOf(resource);
  if (bucket !== undefined) return { resource: name, bucket, directory };
  throw new UsageError(
    `${name} is at ${params.get('location') ?? '?'}, and a directory can only answer for a bucket of Google's`,
    'write its location as gs://BUCKET/PATH',
  );
}

function oneDirectoryEach(buckets: readonly LocalBucket[]): readonly LocalBucket[] {
  const first = new Map<string, LocalBucket>();
  for (const each of buckets) {
    const other = first.get(each.bucket) ?? each;
    first.set(each.bucket, other);
    if (other.directory !== each.directory)
      throw new UsageError(
        `${other.resource} and ${each.resource} lie in one bucket, ${each.bucket}, but ${other.directory} and ${each.directory} are to stand in for it`,
        'a directory stands in for a whole bucket: name the same one for both',
      );
  }
  return [...first.values()];
}

function sourceFor(
  resource: string,
  named: readonly PipelineResourceModel[],
  directory: string,
  all: readonly PipelineResourceModel[],
): LocalSource {
  const urls = [...new Set(named.map(gitUrl))];
  // Others with one of these addresses are answered by this directory, too, and may want other revisions of it.
  const answered = all.filter(({ type, params }) => type === 'git' && urls.includes(params.get('url') ?? ''));
  return { resource, urls, directory, revisions: revisionsOf(answered) };
}

function gitUrl({ name, type, params }: PipelineResourceModel): string {
  const url = params.get('url');
  if (type !== 'git' || url === undefined) {
    throw new UsageError(
      `${name} is a PipelineResource of type ${type}, and a directory can only answer for one of type git or storage`,
      'for an image, write `registry: local`',
    );
  }
  return url;
}

/** Of images with one place in the registry, the first. */
const distinct = (images: readonly LocalImage[]): readonly LocalImage[] => [
  ...new Map(images.map((image) => [`${image.registry}/${image.repository}`, image])).values(),
];

function imageFor({ name, type, params }: PipelineResourceModel): LocalImage {
  const url = params.get('url');
  if (type !== 'image' || url === undefined) {
    throw new UsageError(
      `${name} is a PipelineResource of type ${type}, and the local registry can only answer for one of type image`,
      'for a git repository, write `directory: DIR`',
    );
  }
  const { registry, repository } = parseImageName(url);
  return { resource: name, registry, repository };
}
