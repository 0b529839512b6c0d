/**
 * Problems of constructs and of plain manifests, in the format of synth.
 *
 * Both use the checks of packages/tekton, which the controller shares and from whose schemas the CRDs are derived.
 */

import { checkObjects } from '@pipewright/tekton';
import { Construct, type IConstruct } from 'constructs';
import { formatProblem, withoutLocation } from '../validation/validation.js';

/**
 * Returns the errors at `scope` and below it. The whole app is checked, since objects depend on each other; the root
 * reports errors of objects that this library did not create, with their paths.
 */
export function problemsInScope(scope: IConstruct): string[] {
  const { root, path } = scope.node;
  const ofRoot = root.node.validate(); // first, since it checks the app again
  const own = scope.node.findAll().filter((it) => it !== root);
  return [
    ...ofRoot.filter((line) => scope === root || line.startsWith(`${path}/`)).map((line) => `[app] ${line}`),
    ...own.flatMap((it) => it.node.validate().map((line) => `[${it.node.path}] ${withoutLocation(line)}`)),
  ];
}

/** Returns the errors of plain manifests, checked together. */
export function problemsInManifests(manifests: readonly unknown[]): string[] {
  return checkObjects(manifests)
    .filter(({ severity }) => severity === 'error')
    .map((problem) => `[${problem.object?.kind ?? 'object'} ${problem.object?.name ?? ''}] ${formatProblem(problem)}`);
}

/** Returns the errors of a construct, a manifest, or a list of manifests. */
export function problemsInValue(given: unknown): string[] {
  if (Construct.isConstruct(given)) return problemsInScope(given);
  return problemsInManifests(Array.isArray(given) ? given : [given]);
}
