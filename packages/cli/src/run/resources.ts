/**
 * Which of a run's PipelineResources are answered on this machine, and by what. Pure.
 */

import type { ResourceStandIn, StandIns } from '../config/config.js';
import { readImageName } from '@pipewright/tekton';
import { isObject, listAt, objectAt, textAt, type JsonObject } from '../manifests/json.js';
import type { Manifest } from '../manifests/load.js';
import { UsageError } from '../usage-error.js';
import { isTekton, type PlannedRun } from './select.js';

/** A git address that a directory answers. */
export interface LocalSource {
  readonly resource: string;
  readonly url: string;
  readonly directory: string;
  readonly revision?: string;
}

/** An image whose registry is the cluster's own. */
export interface LocalImage {
  readonly resource: string;
  readonly registry: string;
  readonly repository: string;
}

/** What the stand-ins come to, for the resources there are. */
export interface LocalResources {
  readonly sources: readonly LocalSource[];
  readonly images: readonly LocalImage[];
}

/** A PipelineResource's spec, wherever it is written. */
export interface NamedResource {
  readonly name: string;
  readonly spec: JsonObject;
}

/** PipelineResource objects, and those that runs embed. */
export function resourcesIn(manifests: readonly Manifest[], runs: readonly PlannedRun[]): readonly NamedResource[] {
  const objects = manifests
    .filter(({ object }) => isTekton(object) && textAt(object, 'kind') === 'PipelineResource')
    .map(({ object }) => ({ name: textAt(object, 'metadata', 'name') ?? '', spec: objectAt(object, 'spec') }));
  const embedded = runs.flatMap(({ manifest }) =>
    [
      ['spec', 'resources'],
      ['spec', 'inputs', 'resources'],
      ['spec', 'outputs', 'resources'],
    ].flatMap((path) =>
      listAt(manifest.object, ...path).flatMap((each) => {
        const spec = objectAt(each)['resourceSpec'];
        return isObject(spec) ? [{ name: textAt(each, 'name') ?? '', spec }] : [];
      }),
    ),
  );
  return [...objects, ...embedded];
}

/** Matches stand-ins with resources. Throws a UsageError for one that stands for another type. */
export function localResources(standIns: StandIns, resources: readonly NamedResource[]): LocalResources {
  const sources: LocalSource[] = [];
  const images: LocalImage[] = [];
  for (const [name, standIn] of standIns.resources) {
    const resource = resources.find((each) => each.name === name);
    if (!resource) continue; // which is a finding of its own
    if ('directory' in standIn) sources.push(sourceFor(resource, standIn.directory));
    else images.push(imageFor(resource, standIn));
  }
  return { sources, images };
}

/** A param of a PipelineResource; names are matched as Tekton does, whatever their case. */
export const paramOf = (spec: JsonObject, name: string): string | undefined =>
  listAt(spec, 'params')
    .filter((param) => textAt(param, 'name')?.toLowerCase() === name)
    .map((param) => textAt(param, 'value'))[0];

function sourceFor({ name, spec }: NamedResource, directory: string): LocalSource {
  const url = paramOf(spec, 'url');
  if (textAt(spec, 'type') !== 'git' || url === undefined) {
    throw new UsageError(
      `${name} is a PipelineResource of type ${textAt(spec, 'type') ?? '?'}, and a directory can only answer for one of type git`,
      'for an image, write `registry: local`',
    );
  }
  const revision = paramOf(spec, 'revision');
  return { resource: name, url, directory, ...(revision !== undefined && revision !== '' && { revision }) };
}

function imageFor({ name, spec }: NamedResource, _standIn: ResourceStandIn): LocalImage {
  const url = paramOf(spec, 'url');
  if (textAt(spec, 'type') !== 'image' || url === undefined) {
    throw new UsageError(
      `${name} is a PipelineResource of type ${textAt(spec, 'type') ?? '?'}, and the local registry can only answer for one of type image`,
      'for a git repository, write `directory: DIR`',
    );
  }
  const { registry, repository } = readImageName(url);
  return { resource: name, registry, repository };
}
