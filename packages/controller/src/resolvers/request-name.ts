/**
 * The names of Tekton's ResolutionRequests, which occur in the messages of failed runs.
 *
 * Pipewright creates no such objects; a name is a function of the run and of the params, as in Tekton.
 */

import type { ParamAssignment } from '@pipewright/tekton';
import type { ResolutionRequest } from './resolution.js';

const FNV_PRIME = (1n << 88n) + 0x13bn;
const FNV_OFFSET = 0x6c62272e07bb014262b821756295c58dn;
const MASK = (1n << 128n) - 1n;

/** Returns the FNV-1a hash of a text with 128 bits. */
function fnv128a(text: string): string {
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(text)) hash = ((hash ^ BigInt(byte)) * FNV_PRIME) & MASK;
  return hash.toString(16).padStart(32, '0');
}

/** Returns `NAMESPACE/RESOLVER-HASH`, unique for a run, a resolver and its params in any order. */
export function requestNameOf({ resolver, params, namespace, run }: ResolutionRequest): string {
  const sorted = params.toSorted((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
  return `${namespace}/${resolver}-${fnv128a(`${namespace}/${run}${sorted.map(hashedText).join('')}`)}`;
}

function hashedText({ name, value }: ParamAssignment): string {
  if (typeof value === 'string') return name + value;
  if (Array.isArray(value)) return name + value.join('');
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return name + entries.map(([key, text]) => `${key}${String(text)}`).join('');
}
