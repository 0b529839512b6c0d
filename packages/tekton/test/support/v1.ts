/** Checks objects of tekton.dev/v1 in parts, before and beside the checks of whole objects. */

import { conform, isRecord } from '../../src/schema/conformance.js';
import { objectSchemaOf, type KindDefinition } from '../../src/schema/kind-definition.js';
import { Report, suggestionBudget } from '../../src/problems/report.js';
import { DECODE_MESSAGES } from '../../src/v1/decode-messages.js';
import { BETA_KINDS, KINDS } from '../../src/v1/kinds.js';
import type { Problem } from '../../src/problems/problem.js';

/** The definition of a kind that tekton.dev/v1 or v1beta1 serves only in the shape of v1. */
export function kindDefinition(object: {
  readonly apiVersion: string;
  readonly kind: string;
}): KindDefinition | undefined {
  const kinds: Readonly<Record<string, KindDefinition>> = object.apiVersion === 'tekton.dev/v1' ? KINDS : BETA_KINDS;
  return object.apiVersion.startsWith('tekton.dev/v1') ? kinds[object.kind] : undefined;
}

/** The problems of a spec that its schema finds. `at`: the path, joined. */
export function checkConformance(kind: string, spec: unknown): (Problem & { readonly at: string })[] {
  const definition = { ...KINDS, ...BETA_KINDS }[kind as keyof typeof KINDS]; // an unknown kind fails below
  const report = new Report({ index: 0, kind }, suggestionBudget());
  const object = isRecord(spec) ? { metadata: { name: 'x' }, spec } : { metadata: { name: 'x' } };
  conform(object, objectSchemaOf(definition), [], { report, messages: DECODE_MESSAGES });
  return report.problems().map((problem) => ({ ...problem, at: problem.path.join('.') }));
}
