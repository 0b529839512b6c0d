/** Where API servers serve Tekton's kinds, from the definitions of each API version. */

import { TEKTON_GROUP } from '../model/tekton-group.js';
import { V1ALPHA1 } from '../v1alpha1/types.js';
import { findVersion, VERSIONS } from './versions.js';

/** A kind of one API version, and its name in URL paths. */
export interface TektonResource {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Returns where a kind is served. Throws if the version is not supported, or has no such kind. */
export function tektonResource(apiVersion: string, kind: string): TektonResource {
  const definition = findVersion(apiVersion).kinds[kind];
  if (!definition) throw new Error(`${apiVersion} has no kind ${JSON.stringify(kind)}`);
  return {
    group: TEKTON_GROUP,
    version: apiVersion.slice(TEKTON_GROUP.length + 1),
    plural: definition.plural,
    kind,
    namespaced: definition.isNamespaced,
  };
}

/** Returns where an object is served in its own version. Throws if the version is not supported, or has no such kind. */
export const resourceOf = ({ apiVersion = '', kind = '' }: ObjectType): TektonResource =>
  tektonResource(apiVersion, kind);

/** What identifies the kind of an object. */
interface ObjectType {
  readonly apiVersion?: string;
  readonly kind?: string;
}

/**
 * Returns where a kind is served in the version in which API servers store it: the newest. All objects of the kind can be read
 * there, whatever version they are written in. Throws if no version has the kind.
 */
export function storedResource(kind: string): TektonResource {
  const newest = VERSIONS.findLast(({ kinds }) => Object.hasOwn(kinds, kind));
  if (!newest) throw new Error(`no version has a kind ${JSON.stringify(kind)}`);
  return tektonResource(newest.apiVersion, kind);
}

/** The kinds of v1alpha1. */
export const TASKS = tektonResource(V1ALPHA1, 'Task');
export const CLUSTER_TASKS = tektonResource(V1ALPHA1, 'ClusterTask');
export const PIPELINES = tektonResource(V1ALPHA1, 'Pipeline');
export const TASK_RUNS = tektonResource(V1ALPHA1, 'TaskRun');
export const PIPELINE_RUNS = tektonResource(V1ALPHA1, 'PipelineRun');
export const PIPELINE_RESOURCES = tektonResource(V1ALPHA1, 'PipelineResource');
export const CONDITIONS = tektonResource(V1ALPHA1, 'Condition');
