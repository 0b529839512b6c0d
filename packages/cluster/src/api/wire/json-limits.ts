/**
 * Limits of depth and size of JSON, measured without recursion.
 *
 * Separate because later code recurses: copying, comparing, validating and serializing fail on values deeper than the stack. Also finds
 * values that JSON cannot represent.
 */

/** The most levels that a value may be nested. kube-apiserver allows 10,000; real objects stay below 100. */
export const MAX_DEPTH = 512;
/** The most bytes of a request body, as in kube-apiserver. */
export const MAX_BODY_BYTES = 3 * 1024 * 1024;
/** The most bytes of a stored object, the limit of etcd. */
export const MAX_OBJECT_BYTES = 1.5 * 1024 * 1024;

/** The end of messages about a value that is too deep. */
export const DEPTH_MESSAGE = `exceeded max depth: no value may be nested more than ${MAX_DEPTH} levels deep`;

/** The measured depth in levels and size as JSON, or why the value is rejected. */
export type Measured =
  | { readonly kind: 'fits'; readonly depth: number; readonly bytes: number }
  | { readonly kind: 'too-deep' }
  | { readonly kind: 'too-large' }
  | { readonly kind: 'not-json'; readonly reason: string };

/** Measures a value; stops as soon as it is deeper than `MAX_DEPTH` or larger than `maxBytes`. */
export function measured(value: unknown, maxBytes: number): Measured {
  const values: unknown[] = [value];
  const depths: number[] = [0];
  let [bytes, deepest] = [0, 0];
  while (values.length > 0) {
    const here = values.pop();
    const depth = depths.pop() ?? 0;
    if (typeof here === 'object' && here !== null) {
      if (depth >= MAX_DEPTH) return { kind: 'too-deep' };
      if (depth >= deepest) deepest = depth + 1;
      const own = pushAll(here, depth + 1, values, depths);
      if (own === undefined) return { kind: 'not-json', reason: 'a field may not be called "__proto__"' };
      bytes += own;
    } else {
      const own = scalarBytes(here);
      if (own === undefined) return { kind: 'not-json', reason: `json: ${unsupportedValue(here)}` };
      bytes += own;
    }
    if (bytes > maxBytes) return { kind: 'too-large' };
  }
  return { kind: 'fits', depth: deepest, bytes };
}

/** Pushes a container's items on the stack and returns the bytes of its syntax and keys; undefined for a forbidden field. */
function pushAll(container: object, depth: number, values: unknown[], depths: number[]): number | undefined {
  if (Array.isArray(container)) {
    for (const item of container) {
      values.push(item ?? null);
      depths.push(depth);
    }
    return 1 + Math.max(1, container.length);
  }
  let bytes = 1;
  for (const [field, item] of Object.entries(container)) {
    if (field === '__proto__') return undefined;
    if (item === undefined) continue;
    values.push(item);
    depths.push(depth);
    bytes += textBytes(field) + 2;
  }
  return Math.max(2, bytes);
}

function scalarBytes(value: unknown): number | undefined {
  if (typeof value === 'string') return textBytes(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value).length : undefined;
  if (typeof value === 'boolean') return value ? 4 : 5;
  return value === null || value === undefined ? 4 : undefined;
}

const unsupportedValue = (value: unknown): string =>
  typeof value === 'number' ? `unsupported value: ${value}` : `unsupported type: ${typeof value}`;

/** Characters that JSON escapes: quotes, backslashes, control characters and halves of a surrogate pair. */
const ESCAPED = /["\\\u0000-\u001f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Returns the bytes of a string in JSON. */
const textBytes = (text: string): number =>
  ESCAPED.test(text) ? Buffer.byteLength(JSON.stringify(text)) : Buffer.byteLength(text) + 2;
