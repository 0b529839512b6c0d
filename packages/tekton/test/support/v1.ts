/** Checks objects of tekton.dev/v1 in parts, before and beside the checks of whole objects. */

import { conform, isRecord } from '../../src/schema/conformance.js';
import { objectSchemaOf, type KindDefinition } from '../../src/schema/kind-definition.js';
import { Report, suggestionBudget } from '../../src/problems/report.js';
import { DECODE_MESSAGES } from '../../src/v1/decode-messages.js';
import { BETA_KINDS, KINDS } from '../../src/v1/kinds.js';
import type { Problem } from '../../src/problems/problem.js';
import { webhookAnswer, type WebhookAnswer } from '../../src/v1/admission.js';
import { celCompileError } from '../../src/cel/cel.js';
import { readTektonConfig } from '../../src/v1/config-reader.js';
import type { V1Object } from '../../src/v1/objects.js';
import { checkV1Object } from '../../src/v1/validation/object.js';

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

/** The answer of Tekton's webhooks to an object, with these settings. */
export function checkRecorded(
  object: { readonly apiVersion: string; readonly kind: string },
  config: Readonly<Record<string, string>> = {},
): WebhookAnswer | undefined {
  return webhookAnswer(checkV1(object, config));
}

/** All problems of an object, with these settings. */
export function checkV1(
  object: { readonly apiVersion: string; readonly kind: string },
  config: Readonly<Record<string, string>> = {},
): readonly Problem[] {
  const definition = kindDefinition(object);
  if (!definition) throw new Error(`no kind ${object.kind}`);
  const report = new Report({ index: 0, kind: object.kind }, suggestionBudget());
  const conforming = conform(object, objectSchemaOf(definition), [], { report, messages: DECODE_MESSAGES });
  const complete = { spec: {}, metadata: {}, ...(conforming as object) } as V1Object; // it conforms to the schema of its kind
  checkV1Object(complete, { path: [], report, config: readTektonConfig(config, config).config, celCompileError });
  return report.problems();
}

/** A row of a table: the webhook's message, and the object with the settings of the cluster. */
export type RefusedRow = readonly [
  message: string,
  kind: string,
  spec: object,
  config?: Readonly<Record<string, string>>,
];

/** A row of a table: an object that the webhook admits, with the settings of the cluster. */
export type AdmittedRow = readonly [kind: string, spec: object, config?: Readonly<Record<string, string>>];

/** The message of the webhook about an object with this spec; undefined if it admits the object. */
export function answerTo(kind: string, spec: object, config?: Readonly<Record<string, string>>): string | undefined {
  const apiVersion = kind === 'StepAction' || kind === 'CustomRun' ? 'tekton.dev/v1beta1' : 'tekton.dev/v1';
  return checkRecorded(
    { apiVersion, kind, metadata: { name: 'x' }, spec } as { apiVersion: string; kind: string },
    config,
  )?.message; // the parameter type names only what is read
}
