/**
 * Determines the API version in which the spec of an object is written.
 *
 * An API server without conversion returns every object in the version that a client asks for and changes nothing but
 * `apiVersion`. Which version the author used follows from the spec, `managedFields`, and the annotation of `kubectl apply`.
 */

import { isRecord } from '../schema/conformance.js';
import type { ApiVersion } from '../validation/api-version.js';
import { SPEC_VERSION } from '../model/labels.js';
import { specToV1 } from '../v1beta1/conversion.js';
import { VERSIONS } from './versions.js';

/** The annotation in which `kubectl apply` and Argo CD keep the manifest. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** Commands that change parts of an object in the server's preferred version, whatever version its author uses. */
const PARTIAL_MANAGERS: ReadonlySet<string> = new Set([
  'kubectl-annotate',
  'kubectl-edit',
  'kubectl-label',
  'kubectl-patch',
]);

/** Fields of a spec that clients of any version set on objects of any version, to stop a run. */
const CONTROL_FIELDS: ReadonlySet<string> = new Set(['f:status', 'f:statusMessage']);

/**
 * Returns the `apiVersion` in which the spec of a Tekton object is written; that of the object itself if nothing says
 * otherwise. The reasons, strongest first: the kind exists in one version only; the annotation {@link SPEC_VERSION}; the spec has
 * fields that only one version has; all writers of the spec used one version; the manifest that was applied; the last writer of the spec.
 */
export function writtenApiVersion(object: {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata: object;
}): string {
  const { apiVersion = '', kind = '', metadata } = object;
  const candidates = VERSIONS.filter(({ kinds }) => Object.hasOwn(kinds, kind));
  const [only] = candidates;
  if (only && candidates.length === 1) return only.apiVersion;
  const declared = fieldAt(metadata, 'annotations', SPEC_VERSION);
  if (candidates.some((version) => version.apiVersion === declared)) return String(declared);
  const spec: unknown = 'spec' in object ? object.spec : undefined;
  const evident = isRecord(spec) ? candidates.find(({ hasOwnFields }) => hasOwnFields?.(kind, spec)) : undefined;
  return evident?.apiVersion ?? recordedVersion(metadata, candidates) ?? apiVersion;
}

/** Returns an object with the `apiVersion` in which its spec is written; objects of other groups unchanged. */
export function asWritten<
  T extends { readonly apiVersion?: string; readonly kind?: string; readonly metadata: object },
>(object: T): T {
  if (object.apiVersion?.startsWith('tekton.dev/') !== true) return object;
  const apiVersion = writtenApiVersion(object);
  return apiVersion === object.apiVersion ? object : { ...object, apiVersion };
}

/**
 * Returns an object as it is executed: with the `apiVersion` in which its spec is written, and a spec of v1beta1 as one of v1. Its
 * status stays, since it is written in the format of v1.
 */
export function asExecuted<
  T extends { readonly apiVersion?: string; readonly kind?: string; readonly metadata: object },
>(object: T): T {
  const written = asWritten(object);
  if (written.apiVersion !== 'tekton.dev/v1beta1' || !('spec' in written)) return written;
  const spec = specToV1(written.kind ?? '', written.spec);
  return spec === written.spec ? written : { ...written, apiVersion: 'tekton.dev/v1', spec };
}

/** A writer of the spec, from `managedFields`. */
interface SpecWriter {
  readonly apiVersion: string;
  readonly manager: unknown;
  /** RFC 3339, with a precision of seconds. */
  readonly time: string;
}

/** Returns the version that the metadata record; undefined if they record none. */
function recordedVersion(metadata: object, candidates: readonly ApiVersion[]): string | undefined {
  const names = candidates.map(({ apiVersion }) => apiVersion);
  const { managedFields, annotations } = metadata as {
    readonly managedFields?: unknown;
    readonly annotations?: unknown;
  }; // read below
  const writers = (Array.isArray(managedFields) ? managedFields : []).flatMap((entry: unknown) => specWriter(entry));
  const authors = writers.filter(({ manager }) => !PARTIAL_MANAGERS.has(String(manager)));
  const known = (authors.length > 0 ? authors : writers).filter(({ apiVersion }) => names.includes(apiVersion));
  const [first] = known;
  if (first && known.every(({ apiVersion }) => apiVersion === first.apiVersion)) return first.apiVersion;
  const applied = appliedVersion(annotations);
  if (applied !== undefined && names.includes(applied) && (!first || known.some((it) => it.apiVersion === applied)))
    return applied;
  return known.toSorted((one, other) => compare(one, other, names)).at(-1)?.apiVersion;
}

/** Orders writers by time; of writers in the same second, by version. */
const compare = (one: SpecWriter, other: SpecWriter, names: readonly string[]): number =>
  one.time === other.time
    ? names.indexOf(one.apiVersion) - names.indexOf(other.apiVersion)
    : one.time < other.time
      ? -1
      : 1;

/**
 * Returns the writer of an entry of `managedFields` that has written the spec, or the manifest that was applied. A writer whose fields
 * were all taken over by others still has an entry, with no fields.
 */
function specWriter(entry: unknown): readonly SpecWriter[] {
  if (!isRecord(entry) || typeof entry['apiVersion'] !== 'string') return [];
  const { apiVersion, manager, time, fieldsV1 } = entry;
  const spec = fieldAt(fieldsV1, 'f:spec');
  const hasWrittenSpec = isRecord(spec) && (Object.keys(spec).length === 0 || Object.keys(spec).some(isOfSpec));
  const ownsManifest = fieldAt(fieldsV1, 'f:metadata', 'f:annotations', `f:${LAST_APPLIED}`) !== undefined;
  return hasWrittenSpec || ownsManifest ? [{ apiVersion, manager, time: typeof time === 'string' ? time : '' }] : [];
}

const isOfSpec = (field: string): boolean => !CONTROL_FIELDS.has(field);

const fieldAt = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce((found, field) => (isRecord(found) ? found[field] : undefined), value);

/** Returns the `apiVersion` of the manifest that was applied. */
function appliedVersion(annotations: unknown): string | undefined {
  const text = fieldAt(annotations, LAST_APPLIED);
  if (typeof text !== 'string') return undefined;
  try {
    const apiVersion = fieldAt(JSON.parse(text), 'apiVersion');
    return typeof apiVersion === 'string' ? apiVersion : undefined;
  } catch {
    return undefined; // not written by kubectl
  }
}
