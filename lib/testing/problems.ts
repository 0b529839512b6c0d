/**
 * Problems of constructs and of plain manifests, as the lines that synth would print.
 *
 * Both come from the one reading that the controller shares, whose shapes the CRD schemas are made from.
 */

import { checkObjects } from '@pipewright/tekton';
import { Construct, type IConstruct } from 'constructs';
import { formatProblem, withoutLocation } from '../validation/validation.js';

/**
 * The errors at `scope` and below it. The whole app is checked, since objects are judged together; of objects that are no
 * constructs of this library its root speaks, with their paths.
 */
export function problemsInScope(scope: IConstruct): string[] {
  const { root, path } = scope.node;
  const ofRoot = root.node.validate(); // first, since it has the app looked at anew
  const own = scope.node.findAll().filter((it) => it !== root);
  return [
    ...ofRoot.filter((line) => scope === root || line.startsWith(`${path}/`)).map((line) => `[app] ${line}`),
    ...own.flatMap((it) => it.node.validate().map((line) => `[${it.node.path}] ${withoutLocation(line)}`)),
  ];
}

/** The errors of plain manifests, taken together. */
export function problemsInManifests(manifests: readonly unknown[]): string[] {
  return checkObjects(manifests)
    .filter(({ severity }) => severity === 'error')
    .map((problem) => `[${problem.object?.kind ?? 'object'} ${problem.object?.name ?? ''}] ${formatProblem(problem)}`);
}

/** The errors of whatever a test holds: a construct, one manifest, or a list of them. */
export function problemsInValue(given: unknown): string[] {
  if (Construct.isConstruct(given)) return problemsInScope(given);
  return problemsInManifests(Array.isArray(given) ? given : [given]);
}
