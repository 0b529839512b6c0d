/**
 * Checks manifests with the one set of rules (packages/tekton) and shows each problem where it stands in its file.
 *
 * `lint`, `run` and the embedded cluster's admission call the same rules, so that a mistake has one code and one sentence.
 */

import { checkObjects, type CheckOptions, type Problem } from '@pipewright/tekton';
import { hasErrors, inReadingOrder, positionText, type Finding } from '../diagnostics/finding.js';
import { isObject } from '../json.js';
import type { Manifest, Manifests } from '../manifests/load.js';
import { UNRESOLVED_REFERENCES } from './reference-codes.js';

/** Everything wrong with a set of manifests, text and meaning. Faulty documents are not judged twice. */
export const checkManifests = (manifests: readonly Manifest[], options: CheckOptions = {}): readonly Finding[] =>
  checkWithObjects(manifests, options).map(({ finding }) => finding);

/** What only seems to be missing where a part of the manifests could not be read. */
const SEEMINGLY_MISSING: ReadonlySet<string> = new Set([
  ...UNRESOLVED_REFERENCES,
  'SERVICE_ACCOUNT_MISSING',
  'SECRET_MISSING',
  'TOKEN_ABSENT',
]);

/**
 * Everything wrong with what was loaded, in reading order: the text of the files, and the meaning of what could be read. This is
 * what `lint` and `run` report of the same manifests. A word that is read as a boolean is not reported again where its type is wrong.
 */
export function findingsIn({ manifests, findings }: Manifests, options: CheckOptions): readonly Finding[] {
  const checked = checkManifests(manifests, options);
  const related = hasErrors(findings) ? checked.filter(({ code }) => !SEEMINGLY_MISSING.has(code)) : checked;
  const mistyped = new Set(related.filter(({ code }) => code === 'TYPE_WRONG').map(({ place }) => positionText(place)));
  const text = findings.filter(({ code, place }) => code !== 'YAML_BOOLEAN' || !mistyped.has(positionText(place)));
  return inReadingOrder([...text, ...related]);
}

/** The same, each with the manifest it is about. */
export function checkWithObjects(
  manifests: readonly Manifest[],
  options: CheckOptions = {},
): readonly { readonly finding: Finding; readonly manifest: Manifest }[] {
  const sound = manifests.filter(({ faulty }) => !faulty);
  return checkObjects(
    sound.map(({ object }) => object),
    { ...options, sourceText: (index, path) => sound[index]?.written(path) },
  ).flatMap((problem) => {
    const manifest = sound[problem.object?.index ?? 0];
    const other = problem.otherObjectIndex === undefined ? undefined : sound[problem.otherObjectIndex];
    return manifest ? [{ finding: findingOf(problem, manifest, other), manifest }] : [];
  });
}

/** A problem with its place: the key of an unknown field, else the value, else the nearest thing that is there. */
function findingOf(problem: Problem, manifest: Manifest, other: Manifest | undefined): Finding {
  const { code, severity, message, path } = problem;
  const hint = other ? `${problem.hint}; the other is at ${positionText(other.locate(path).value)}` : problem.hint;
  const { key, value, isFound } = manifest.locate(path);
  const atKey = !isFound || isObject(valueAt(manifest, path)) || code === 'FIELD_UNKNOWN';
  const place = atKey ? key : value;
  const quote = manifest.quotable(place);
  return { severity, code, place, message, hint, ...(quote !== undefined && { quote }) };
}

const valueAt = (manifest: Manifest, path: Problem['path']): unknown =>
  path.reduce<unknown>(
    (at, step) => (Array.isArray(at) ? (at as unknown[])[Number(step)] : isObject(at) ? at[step] : undefined), // Array.isArray widens to any[]
    manifest.object,
  );
