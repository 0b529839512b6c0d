/**
 * Objects as rows of a table, which is how kubectl asks for what it prints.
 */

import { textOf, type JsonObject, type KubeObject } from '../../model/json.js';
import type { ResourceType } from '../kinds/resource-type.js';

/** How much of each object a row carries. */
export type Include = 'None' | 'Metadata' | 'Object';

/** The column definitions of a resource. */
export const columnDefinitions = ({ columns }: ResourceType): JsonObject[] =>
  columns.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority }));

/** What clients that print tables ask for; the version they get is the one asked for first. */
export function tableVersion(accept: string): 'v1' | 'v1beta1' | undefined {
  const found = /;as=Table;v=(v1beta1|v1)\b|;v=(v1beta1|v1)[^,]*;as=Table/.exec(accept.replaceAll(' ', ''));
  if (!found) return undefined;
  return (found[1] ?? found[2]) === 'v1beta1' ? 'v1beta1' : 'v1';
}

/** A table of objects, with the metadata of the list they come from. */
export function tableText(
  type: ResourceType,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  include: Include,
  now: Date,
  version: string,
  withColumns = true,
): string {
  const head = {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: withColumns ? columnDefinitions(type) : [],
  };
  const rows = objects.map((object) => rowText(type, object, include, now, version));
  return `${JSON.stringify(head).slice(0, -1)},"rows":[${rows.join(',')}]}`;
}

function rowText(type: ResourceType, object: KubeObject, include: Include, now: Date, version: string): string {
  const cells = JSON.stringify(type.columns.map(({ cell }) => cell(object, now) ?? null));
  if (include === 'None') return `{"cells":${cells}}`;
  const shown =
    include === 'Object'
      ? textOf(object)
      : JSON.stringify({
          kind: 'PartialObjectMetadata',
          apiVersion: `meta.k8s.io/${version}`,
          metadata: object.metadata,
        });
  return `{"cells":${cells},"object":${shown}}`;
}

/** Reads `includeObject`. */
export function includeOf(query: URLSearchParams): Include {
  const asked = query.get('includeObject');
  return asked === 'None' || asked === 'Object' ? asked : 'Metadata';
}
