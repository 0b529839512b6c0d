/** One object or one change of an object as a record: what segments and snapshots consist of after their headers. */

import { isObject, type JsonObject, type KubeObject } from '../../model/json.js';
import { damaged } from './damage.js';
import type { Change } from '../memory/history.js';

/** A change as it is read back: the object's new state, or the name of the object that was deleted. */
export type StoredChange =
  | { readonly kind: 'stored'; readonly groupResource: string; readonly object: KubeObject }
  | { readonly kind: 'deleted'; readonly groupResource: string; readonly namespace: string; readonly name: string };

/** Serializes a change for the log. */
export function changeText({ type, revision, object }: Change, groupResource: string): string {
  const head = `{"revision":${revision},"resource":${JSON.stringify(groupResource)}`;
  if (type !== 'DELETED') return `${head},"object":${JSON.stringify(object)}}`; // kept texts would double the memory
  const { namespace = '', name } = object.metadata;
  return `${head},"deleted":${JSON.stringify({ namespace, name })}}`;
}

/** Serializes an object for a snapshot. */
export const objectText = (groupResource: string, text: string): string =>
  `{"resource":${JSON.stringify(groupResource)},"object":${text}}`;

/** Reads a record of a log or snapshot. */
export function parseChange(record: JsonObject, path: string, number: number): StoredChange {
  const { resource, object, deleted } = record;
  if (typeof resource === 'string' && isObject(object) && isObject(object['metadata'])) {
    return { kind: 'stored', groupResource: resource, object: object as KubeObject }; // written from one, and its checksum is right
  }
  if (typeof resource === 'string' && isObject(deleted)) {
    const { namespace, name } = deleted;
    return { kind: 'deleted', groupResource: resource, namespace: String(namespace), name: String(name) };
  }
  throw damaged(path, `record ${number} holds neither an object nor a deletion`);
}
