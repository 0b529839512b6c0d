/**
 * Which PipelineResources are answered on this machine, and by what. Pure.
 */

import { parseImageName } from '@pipewright/tekton';
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../json.js';
import type { Manifest } from '../manifests/load.js';
import { UsageError } from '../diagnostics/usage-error.js';
import { isTekton } from '../manifests/identity.js';
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
  readonly elsewhere: readonly string[];
}

/** A PipelineResource's spec, wherever it is written. */
export interface NamedResource {
  readonly name: string;
  readonly spec: JsonObject;
}

/** PipelineResource objects, and those that runs embed. */
export function resourcesIn(
  manifests: readonly Manifest[],
  runs: readonly { readonly manifest: Manifest }[],
): readonly NamedResource[] {
  const objects = manifests
    .filter(({ object }) => isTekton(object) && textAt(object, 'kind') === 'PipelineResource')
    .map(({ object }) => ({ name: textAt(object, 'metadata', 'name') ?? '', spec: objectAt(object, 'spec') }));
  return [...objects, ...runs.flatMap(({ manifest }) => embeddedIn(manifest.object))];
}

const BINDINGS: readonly (readonly string[])[] = [
  ['spec', 'resources'],
  ['spec', 'inputs', 'resources'],
  ['spec', 'outputs', 'resources'],
];

/** The PipelineResources that a PipelineRun or TaskRun embeds, by the names of their bindings. */
export const embeddedIn = (run: JsonObject): readonly NamedResource[] =>
  BINDINGS.flatMap((path) =>
    listAt(run, ...path).flatMap((each) => {
      const spec = objectAt(each)['resourceSpec'];
      return isObject(spec) ? [{ name: textAt(each, 'name') ?? '', spec }] : [];
    }),
  );

/** Matches stand-ins with resources. Throws a UsageError for one that stands for another type. */
export function localResources(standIns: StandIns, resources: readonly NamedResource[]): LocalResources {
  const sources: LocalSource[] = [];
  const images: LocalImage[] = [];
  const buckets: LocalBucket[] = [];
  for (const [name, standIn] of standIns.resources) {
    const named = resources.filter((each) => each.name === name); // none is a finding of its own
    if (!('directory' in standIn)) images.push(...distinct(named.map(imageFor)));
    else {
      const stores = named.filter(({ spec }) => textAt(spec, 'type') === 'storage');
      buckets.push(...stores.map((each) => bucketFor(each, standIn.directory)));
      const others = named.filter((each) => !stores.includes(each));
      if (others.length > 0) addSource(sources, sourceFor(name, others, standIn.directory, resources));
    }
  }
  const answered = new Set(sources.flatMap(({ urls }) => urls));
  const elsewhere = gitUrls(resources.map(({ spec }) => spec)).filter((url) => !answered.has(url));
  return { sources, images, buckets: oneDirectoryEach(buckets), elsewhere };
}

/** The addresses of the git resources among these, each once. */
export const gitUrls = (specs: readonly JsonObject[]): readonly string[] => [
  ...new Set(specs.flatMap((spec) => (textAt(spec, 'type') === 'git' ? (paramOf(spec, 'url') ?? []) : []))),
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

/** A param of a PipelineResource; names are matched as Tekton does, whatever their case. */
export const paramOf = (spec: JsonObject, name: string): string | undefined =>
  listAt(spec, 'params')
    .filter((param) => textAt(param, 'name')?.toLowerCase() === name)
    .map((param) => textAt(param, 'value'))[0];

/** The revisions of resources that one repository answers for, each once. Of several, one without is Tekton's `master`. */
export function revisionsOf(specs: readonly JsonObject[]): readonly string[] {
  const written = specs.map((spec) => paramOf(spec, 'revision') ?? '');
  if (written.every((revision) => revision === '')) return [];
  return [...new Set(written.map((revision) => (revision === '' ? 'master' : revision)))];
}

/** The bucket of a storage resource, also where its location is written as a web address. */
export const bucketOf = (spec: JsonObject): string | undefined =>
  /^(?:gs:\/\/|https:\/\/storage\.googleapis\.com\/)([^/#]+)/.exec(paramOf(spec, 'location') ?? '')?.[1];

function bucketFor({ name, spec }: NamedResource, directory: string): LocalBucket {
  const bucket = bucketOf(spec);
  if (bucket !== undefined) return { resource: name, bucket, directory };
  throw new UsageError(
    `${name} is at ${paramOf(spec, 'location') ?? '?'}, and a directory can only answer for a bucket of Google's`,
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
  named: readonly NamedResource[],
  directory: string,
  all: readonly NamedResource[],
): LocalSource {
  const urls = [...new Set(named.map(gitUrl))];
  // Others with one of these addresses are answered by this directory, too, and may want other revisions of it.
  const answered = all.filter(
    ({ spec }) => textAt(spec, 'type') === 'git' && urls.includes(paramOf(spec, 'url') ?? ''),
  );
  return { resource, urls, directory, revisions: revisionsOf(answered.map(({ spec }) => spec)) };
}

function gitUrl({ name, spec }: NamedResource): string {
  const url = paramOf(spec, 'url');
  if (textAt(spec, 'type') !== 'git' || url === undefined) {
    throw new UsageError(
      `${name} is a PipelineResource of type ${textAt(spec, 'type') ?? '?'}, and a directory can only answer for one of type git or storage`,
      'for an image, write `registry: local`',
    );
  }
  return url;
}

/** Of images with one place in the registry, the first. */
const distinct = (images: readonly LocalImage[]): readonly LocalImage[] => [
  ...new Map(images.map((image) => [`${image.registry}/${image.repository}`, image])).values(),
];

function imageFor({ name, spec }: NamedResource): LocalImage {
  const url = paramOf(spec, 'url');
  if (textAt(spec, 'type') !== 'image' || url === undefined) {
    throw new UsageError(
      `${name} is a PipelineResource of type ${textAt(spec, 'type') ?? '?'}, and the local registry can only answer for one of type image`,
      'for a git repository, write `directory: DIR`',
    );
  }
  const { registry, repository } = parseImageName(url);
  return { resource: name, registry, repository };
}
