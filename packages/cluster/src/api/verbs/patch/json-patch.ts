/**
 * JSON patch (RFC 6902) on a copy of an object, within kube-apiserver's limits.
 *
 * Pure. Implemented here because the work of a patch must be bounded: libraries copy what an operation replaces or moves, so ten thousand
 * short operations copy gigabytes. Here only `copy` copies, and is limited as in kube-apiserver.
 */

import { deepCopy, isObject, deepEqual, type JsonObject } from '../../../model/json.js';
import { DEPTH_MESSAGE, measured, MAX_BODY_BYTES } from '../../wire/json-limits.js';
import { badRequest, StatusError, requestEntityTooLarge } from '../../status-error.js';

/** The most operations of a patch. */
const MAX_OPERATIONS = 10_000;
/** The most bytes that a patch may copy. */
const MAX_COPIED_BYTES = MAX_BODY_BYTES;
/** The most list items that insertions and removals of a patch may move. */
const MAX_MOVED_ITEMS = 50_000_000;

/** Returns the patched object. Throws a 400 if the patch is malformed, a 422 if it does not apply. */
export function applyJsonPatch(object: JsonObject, patch: unknown): JsonObject {
  if (!Array.isArray(patch)) throw notAPatch(typeof patch === 'object' ? 'object' : typeof patch, 'Patch');
  if (patch.length > MAX_OPERATIONS) {
    const reason = `The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${patch.length}`;
    throw requestEntityTooLarge(`Request entity too large: ${reason}`);
  }
  const target = new Target(deepCopy(object));
  for (const operation of patch as readonly unknown[]) {
    if (!isObject(operation)) throw notAPatch(Array.isArray(operation) ? 'array' : typeof operation, 'Operation');
    apply(target, operation);
  }
  const { value } = target;
  if (!isObject(value)) throw badRequest('the result of the patch is not an object');
  if (measured(value, Number.POSITIVE_INFINITY).kind === 'too-deep') throw doesNotFit(DEPTH_MESSAGE);
  return value;
}

const notAPatch = (actual: string, expected: string): Error =>
  badRequest(`error decoding patch: json: cannot unmarshal ${actual} into Go value of type jsonpatch.${expected}`);

const doesNotFit = (reason: string): Error =>
  new StatusError(422, 'Invalid', `the server rejected our request due to an error in our request: ${reason}`, {});

function apply(target: Target, operation: JsonObject): void {
  const name = typeof operation['op'] === 'string' ? operation['op'] : 'unknown';
  const pointer = (field: 'path' | 'from'): string => {
    const text = operation[field];
    if (typeof text === 'string') return text;
    throw doesNotFit(`${name} operation failed to decode ${field}: missing value`);
  };
  const value = (): unknown => {
    if (operation['value'] !== undefined) return operation['value'];
    throw doesNotFit(`${name} operation failed to decode value: missing value`);
  };
  switch (name) {
    case 'add':
      return target.add(pointer('path'), value(), name);
    case 'remove':
      return void target.remove(pointer('path'), name);
    case 'replace':
      return target.replace(pointer('path'), value());
    case 'move': {
      const [from, path] = [pointer('from'), pointer('path')];
      if (path.startsWith(`${from}/`)) throw doesNotFit(`move operation does not apply: ${path} is within ${from}`);
      return target.add(path, target.remove(from, name), name);
    }
    case 'copy':
      return target.add(pointer('path'), target.copyOf(pointer('from')), name);
    case 'test':
      return target.test(pointer('path'), operation['value'] ?? null);
    default:
      throw doesNotFit(`Unexpected kind: ${name}`);
  }
}

/** A location in a document: the container, and the key in it. */
interface Location {
  readonly container: JsonObject | unknown[];
  readonly key: string;
}

/** The document that a patch changes. */
class Target {
  #root: { '': unknown };
  #copied = 0;
  #moved = 0;

  constructor(value: unknown) {
    this.#root = { '': value };
  }

  get value(): unknown {
    return this.#root[''];
  }

  add(path: string, value: unknown, name: string): void {
    const { container, key } = this.#placeOf(path, name);
    if (!Array.isArray(container)) {
      container[key] = value;
      return;
    }
    const index = key === '-' ? container.length : indexIn(container, key, container.length + 1);
    this.#count(container.length - index);
    container.splice(index, 0, value);
  }

  remove(path: string, name: string): unknown {
    const { container, key } = this.#placeOf(path, name);
    if (!Array.isArray(container)) {
      if (!Object.hasOwn(container, key))
        throw doesNotFit(
          `error in ${name} for path: '${path}': Unable to remove nonexistent key: ${key}: missing value`,
        );
      const removed = container[key];
      delete container[key];
      return removed;
    }
    const index = indexIn(container, key, container.length);
    this.#count(container.length - index);
    return container.splice(index, 1)[0];
  }

  replace(path: string, value: unknown): void {
    const { container, key } = this.#placeOf(path, 'replace');
    if (Array.isArray(container)) container[indexIn(container, key, container.length)] = value;
    else if (Object.hasOwn(container, key)) container[key] = value;
    else throw doesNotFit(`replace operation does not apply: doc is missing key: ${path}: missing value`);
  }

  /** Returns a copy of the value at a path. Throws if the patch copies too much. */
  copyOf(path: string): unknown {
    const value = this.#read(path, 'copy');
    const size = measured(value, MAX_COPIED_BYTES - this.#copied);
    if (size.kind === 'too-deep') throw doesNotFit(DEPTH_MESSAGE);
    this.#copied += size.kind === 'fits' ? size.bytes : MAX_COPIED_BYTES + 1;
    if (this.#copied <= MAX_COPIED_BYTES) return deepCopy(value);
    const prefix = 'Unable to complete the copy, the accumulated size increase of copy is';
    throw doesNotFit(`${prefix} more than ${MAX_COPIED_BYTES}, exceeding the limit ${MAX_COPIED_BYTES}`);
  }

  test(path: string, expected: unknown): void {
    const { container, key } = this.#placeOf(path, 'test');
    const found = valueIn(container, key) ?? null;
    if (!deepEqual(found, expected)) throw doesNotFit(`testing value ${path} failed: test failed`);
  }

  #read(path: string, name: string): unknown {
    const { container, key } = this.#placeOf(path, name);
    const found = valueIn(container, key);
    if (found !== undefined) return found;
    throw doesNotFit(`error in ${name} for from: '${path}': Unable to get nonexistent key: ${key}: missing value`);
  }

  #placeOf(path: string, name: string): Location {
    const keys = keysOf(path);
    const last = keys.pop();
    let container: unknown = last === undefined ? this.#root : this.value;
    for (const key of keys) container = isContainer(container) ? valueIn(container, key) : undefined;
    if (isContainer(container)) return { container, key: last ?? '' };
    throw doesNotFit(`${name} operation does not apply: doc is missing path: ${JSON.stringify(path)}: missing value`);
  }

  /** Counts list items that an operation moves. */
  #count(items: number): void {
    this.#moved += items;
    if (this.#moved > MAX_MOVED_ITEMS)
      throw requestEntityTooLarge(
        `Request entity too large: the patch moves more than ${MAX_MOVED_ITEMS} items of lists`,
      );
  }
}

const isContainer = (value: unknown): value is JsonObject | unknown[] => isObject(value) || Array.isArray(value);

function keysOf(path: string): string[] {
  if (path === '') return [];
  const [first, ...keys] = path.split('/');
  if (first !== '') throw doesNotFit(`the path ${JSON.stringify(path)} does not begin with a slash`);
  return keys.map((key) => {
    const plain = key.replaceAll('~1', '/').replaceAll('~0', '~');
    if (plain === '__proto__') throw badRequest('a field may not be called "__proto__"');
    return plain;
  });
}

function valueIn(container: JsonObject | unknown[], key: string): unknown {
  if (Array.isArray(container)) return container[indexIn(container, key, container.length)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

/** Parses an index of a list; a negative index counts from the end. */
function indexIn(list: readonly unknown[], key: string, length: number): number {
  if (!/^-?(0|[1-9]\d{0,8})$/.test(key))
    throw doesNotFit(`strconv.Atoi: parsing ${JSON.stringify(key)}: invalid syntax`);
  const index = Number(key) < 0 ? length + Number(key) : Number(key);
  if (index >= 0 && index < length) return index;
  throw doesNotFit(
    `Unable to access invalid index: ${key}: invalid index referenced (the list has ${list.length} items)`,
  );
}
