/**
 * Checks manifests with the rules of packages/tekton, and adds the position of each problem in its file.
 *
 * `lint`, `run` and the admission of the embedded cluster use the same rules, so that a problem has the same code and
 * message everywhere.
 */

import { checkObjects, type CheckOptions, type Problem } from '@pipewright/tekton';
import { hasErrors, inReadingOrder, positionText, type Finding } from '../diagnostics/finding.js';
import { isObject } from '../json.js';
import type { Manifest, Manifests } from '../manifests/load.js';
import { UNRESOLVED_REFERENCES } from './reference-codes.js';

/** Returns the problems in the content of manifests. Documents with syntax errors are skipped. */
export const checkManifests = (manifests: readonly Manifest[], options: CheckOptions = {}): readonly Finding[] =>
  checkWithObjects(manifests, options).map(({ finding }) => finding);

/** Codes of references that may be unresolved only because a part of the manifests could not be read. */
const POSSIBLY_UNREAD: ReadonlySet<string> = new Set([
  ...UNRESOLVED_REFERENCES,
  'SERVICE_ACCOUNT_MISSING',
  'SECRET_MISSING',
  'TOKEN_ABSENT',
]);

/**
 * Returns all problems of the loaded manifests in reading order, in the text of the files and in the content of
 * objects. `lint` and `run` report the same ones. A word parsed as a boolean is not reported again if its type is
 * wrong.
 */
export function findingsIn({ manifests, findings }: Manifests, options: CheckOptions): readonly Finding[] {
  const checked = checkManifests(manifests, options);
  const related = hasErrors(findings) ? checked.filter(({ code }) => !POSSIBLY_UNREAD.has(code)) : checked;
  const mistyped = new Set(related.filter(({ code }) => code === 'TYPE_WRONG').map(({ place }) => positionText(place)));
  const text = findings.filter(({ code, place }) => code !== 'YAML_BOOLEAN' || !mistyped.has(positionText(place)));
  return inReadingOrder([...text, ...related]);
}

/** Like {@link checkManifests}, with the manifest of each finding. */
export function checkWithObjects(
  manifests: readonly Manifest[],
  options: CheckOptions = {},
): readonly { readonly finding: Finding; readonly manifest: Manifest }[] {
  const readable = manifests.filter(({ isFaulty }) => !isFaulty);
  return checkObjects(
    readable.map(({ object }) => object),
    { ...options, sourceText: (index, path) => readable[index]?.written(path) },
  ).flatMap((problem) => {
    const manifest = readable[problem.object?.index ?? 0];
    const other = problem.otherObjectIndex === undefined ? undefined : readable[problem.otherObjectIndex];
    return manifest ? [{ finding: findingOf(problem, manifest, other), manifest }] : [];
  });
}

/**
 * Returns the finding for a problem, positioned at the key of an unknown field, else at the value, else at the nearest
 * existing ancestor.
 */
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
