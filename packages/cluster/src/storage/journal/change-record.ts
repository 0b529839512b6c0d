/** Records of segments and snapshots: one object, or one change of an object. */

import { isObject, type JsonObject, type KubeObject } from '../../model/json.js';
import { damaged } from './damage.js';
import type { Change } from '../memory/history.js';

/** A stored change: the new state, or the name of a deleted object. */
export type StoredChange =
  | { readonly kind: 'stored'; readonly groupResource: string; readonly object: KubeObject }
  | { readonly kind: 'deleted'; readonly groupResource: string; readonly namespace: string; readonly name: string };

/** Serializes a change for the log. */
export function changeText({ type, revision, object }: Change, groupResource: string): string {
  const head = `{"revision":${revision},"resource":${JSON.stringify(groupResource)}`;
  if (type !== 'DELETED') return `${head},"object":${JSON.stringify(object)}}`; // caching the text would double the memory
  const { namespace = '', name } = object.metadata;
  return `${head},"deleted":${JSON.stringify({ namespace, name })}}`;
}

/** Serializes an object for a snapshot. */
export const objectText = (groupResource: string, text: string): string =>
  `{"resource":${JSON.stringify(groupResource)},"object":${text}}`;

/** Parses a record of a log or snapshot. */
export function parseChange(record: JsonObject, path: string, number: number): StoredChange {
  const { resource, object, deleted } = record;
  if (typeof resource === 'string' && isObject(object) && isObject(object['metadata'])) {
    return { kind: 'stored', groupResource: resource, object: object as KubeObject }; // verified by the checksum
  }
  if (typeof resource === 'string' && isObject(deleted)) {
    const { namespace, name } = deleted;
    return { kind: 'deleted', groupResource: resource, namespace: String(namespace), name: String(name) };
  }
  throw damaged(path, `record ${number} holds neither an object nor a deletion`);
}
