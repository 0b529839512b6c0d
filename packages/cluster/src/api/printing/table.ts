/**
 * Tables, the form in which kubectl requests objects that it prints.
 */

import type { JsonObject, KubeObject } from '../../model/json.js';
import type { ResourceType } from '../kinds/resource-type.js';

/** How much of each object a row contains. */
export type Include = 'None' | 'Metadata' | 'Object';

/** The column definitions of a resource. */
export const columnDefinitions = ({ columns }: ResourceType): JsonObject[] =>
  columns.map(({ name, type, format, description, priority }) => ({ name, type, format, description, priority }));

/** Returns the version of the table that a client accepts; of several, the first. */
export function tableVersion(accept: string): 'v1' | 'v1beta1' | undefined {
  const found = /;as=Table;v=(v1beta1|v1)\b|;v=(v1beta1|v1)[^,]*;as=Table/.exec(accept.replaceAll(' ', ''));
  if (!found) return undefined;
  return (found[1] ?? found[2]) === 'v1beta1' ? 'v1beta1' : 'v1';
}

/** The contents of a table. */
export interface TableRequest {
  readonly type: ResourceType;
  readonly objects: readonly KubeObject[];
  /** The metadata of the list that the objects come from. */
  readonly metadata: JsonObject;
  readonly include: Include;
  /** Ages are computed for this moment. */
  readonly now: Date;
  readonly version: string;
  /** Returns the JSON of a whole object. */
  readonly textOf: (object: KubeObject) => string;
  /** @default true */
  readonly withColumns?: boolean;
}

/** Returns the JSON of a table of objects. */
export function tableText(request: TableRequest): string {
  const { type, objects, metadata, version, withColumns = true } = request;
  const head = {
    kind: 'Table',
    apiVersion: `meta.k8s.io/${version}`,
    metadata,
    columnDefinitions: withColumns ? columnDefinitions(type) : [],
  };
  const rows = objects.map((object) => rowText(object, request));
  return `${JSON.stringify(head).slice(0, -1)},"rows":[${rows.join(',')}]}`;
}

function rowText(object: KubeObject, { type, include, now, version, textOf }: TableRequest): string {
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

/** Parses `includeObject`. */
export function includeOf(query: URLSearchParams): Include {
  const include = query.get('includeObject');
  return include === 'None' || include === 'Object' ? include : 'Metadata';
}
