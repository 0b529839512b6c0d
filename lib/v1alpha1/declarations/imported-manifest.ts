/**
 * Existing YAML manifests as objects of the app, unchanged, with types from a signature.
 *
 * The compiler relies on the signature, so it is compared with the manifest when the object is created: missing params, other types and
 * missing defaults are all reported at once, each with its location.
 */

import { V1ALPHA1, canonicalFields, constructProblem } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { parseAllDocuments } from 'yaml';
import { ConstructError, suggestName } from '../../diagnostics/construct-error.js';
import { typeOf, type Params, type Resources } from './declaration.js';
import { kubeObject, nameOf } from '../../internal/kube-object.js';

/** The compared fields of a declaration in a manifest. */
interface Declared {
  readonly name?: unknown;
  readonly type?: unknown;
  readonly default?: unknown;
  readonly optional?: unknown;
}

interface Manifest {
  readonly metadata: ApiObjectMetadata;
  readonly spec: object;
}

/** An imported manifest. */
export interface ImportedManifest {
  /** The construct of the object. */
  readonly owner: Construct;
  readonly name: string;
  readonly spec: object;
}

/**
 * Creates the object of a manifest below `scope`. Throws if the manifest has another kind or does not match the signature.
 *
 * @param faults returns the differences between the signature and the manifest's spec
 */
export function importManifest(
  scope: Construct,
  id: string,
  { kind, manifest }: { readonly kind: string; readonly manifest: string | object },
  faults: (spec: object) => readonly string[],
): ImportedManifest {
  const owner = new Construct(scope, id);
  const { metadata, spec } = manifestOf(owner, kind, manifest);
  const found = faults(spec);
  if (found.length > 0) {
    throw new ConstructError(owner, constructProblem('SIGNATURE_WRONG', { faults: found }));
  }
  const clusterScoped = kind === 'ClusterTask';
  const object = kubeObject(owner, { apiVersion: V1ALPHA1, kind, metadata, clusterScoped, body: { spec } });
  return { owner, name: nameOf(object), spec };
}

/** Returns the only object of the requested kind. */
function manifestOf(owner: Construct, kind: string, given: string | object): Manifest {
  const written = typeof given === 'string' ? parseDocuments(owner, given) : [given];
  const documents = written.map((it) => canonicalFields(it).object);
  const fitting = documents.filter(
    (it) => isRecord(it) && it['kind'] === kind && it['apiVersion'] === V1ALPHA1 && isRecord(it['spec']),
  );
  const [only] = fitting;
  if (only === undefined || fitting.length > 1) {
    const found = documents.map((it) =>
      isRecord(it) ? `${String(it['kind'])} of ${String(it['apiVersion'])}` : 'no object',
    );
    throw new ConstructError(owner, constructProblem('MANIFEST_UNFIT', { kind, apiVersion: V1ALPHA1, found }));
  }
  const { metadata = {}, spec } = structuredClone(only) as Partial<Manifest>; // the shape was checked above
  return { metadata, spec: spec ?? {} };
}

function parseDocuments(owner: Construct, text: string): unknown[] {
  const documents = parseAllDocuments(text);
  const all = 'empty' in documents ? [] : [...documents];
  const [fault] = all.flatMap(({ errors }) => errors);
  if (fault) {
    const [firstLine = ''] = fault.message.split('\n', 1);
    throw new ConstructError(owner, constructProblem('MANIFEST_NOT_YAML', { fault: firstLine.replace(/:$/, '') }));
  }
  return all.map((it): unknown => it.toJS()).filter((it) => it !== null && it !== undefined);
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A declaration in a signature. */
export interface ExpectedDeclaration {
  readonly type?: string;
  /** Whether a call may omit it. */
  readonly optional?: boolean;
}

/** Returns the expected declaration of a param. */
const expectedParam = (it: Params[string]): ExpectedDeclaration => ({
  type: it.type ?? (Array.isArray(it.default) ? 'array' : 'string'),
  optional: it.default !== undefined,
});

const mapToExpected = <T>(
  record: Readonly<Record<string, T>>,
  make: (it: T) => ExpectedDeclaration,
): Readonly<Record<string, ExpectedDeclaration>> =>
  Object.fromEntries(Object.entries(record).map(([name, it]) => [name, make(it)]));

/** Returns the expected declarations of params. */
export const expectedParams = (params: Params): Readonly<Record<string, ExpectedDeclaration>> =>
  mapToExpected(params, expectedParam);

/** Returns the expected declarations of resources. */
export const expectedResources = (resources: Resources): Readonly<Record<string, ExpectedDeclaration>> =>
  mapToExpected(resources, (it) => ({ type: typeOf(it), optional: typeof it === 'object' && it.optional === true }));

/** Returns the expected declarations of members that only have a name. */
export const expectedNames = (names: Readonly<Record<string, object>>): Readonly<Record<string, ExpectedDeclaration>> =>
  mapToExpected(names, () => ({}));

/** Returns the differences between the expected declarations and the list at `path` of a spec. */
export function signatureDifferences(
  spec: object,
  path: readonly string[],
  wanted: Readonly<Record<string, ExpectedDeclaration>>,
): string[] {
  const list = path.reduce<unknown>((at, field) => (isRecord(at) ? at[field] : undefined), spec);
  const declared: readonly Declared[] = Array.isArray(list) ? list.filter(isRecord) : [];
  const place = `spec.${path.join('.')}`;
  const names = declared.map(({ name }) => String(name));
  const missing = Object.keys(wanted)
    .filter((name) => !names.includes(name))
    .map((name) => `"${name}" is not in ${place} (${suggestName(name, names)})`);
  const others = declared.flatMap((it, index) => {
    const at = `${place}[${String(index)}]`;
    const want = wanted[String(it.name)];
    const mayBeLeftOut =
      it.default !== undefined || it.optional === true || !['params', 'resources'].includes(path.at(-1) ?? '');
    if (!want)
      return mayBeLeftOut && path.at(-1) !== 'workspaces'
        ? []
        : [`${at} declares "${String(it.name)}", which is required`];
    const type = it.type ?? (path.at(-1) === 'params' ? (Array.isArray(it.default) ? 'array' : 'string') : undefined);
    return [
      ...(want.type !== undefined && want.type !== type ? [`${at}.type is ${String(type)}, not ${want.type}`] : []),
      ...(want.optional === true && !mayBeLeftOut ? [`${at} ("${String(it.name)}") cannot be omitted`] : []),
    ];
  });
  return [...missing, ...others];
}
