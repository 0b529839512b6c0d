/**
 * Composes the answer of Tekton's webhooks to an object from its problems.
 *
 * The mutating webhook decodes the object and reports the first error, in the order of the object's JSON. The validating
 * webhook reports all errors at once.
 */

import { formatFieldErrors } from '../problems/field-error.js';
import type { Problem } from '../problems/problem.js';
import { comparePaths } from '../problems/report.js';

/** The answer of a webhook that rejects an object. */
export interface WebhookAnswer {
  readonly webhook: 'mutation' | 'validation';
  readonly message: string;
}

/** Returns the answer of Tekton's webhooks; `undefined` if they admit the object. `problems` are those of one object. */
export function webhookAnswer(problems: readonly Problem[]): WebhookAnswer | undefined {
  const [undecodable] = problems
    .filter(({ tektonMessage, fieldErrors }) => tektonMessage !== undefined && fieldErrors === undefined)
    .toSorted((a, b) => comparePaths(a.path, b.path));
  if (undecodable?.tektonMessage !== undefined) return { webhook: 'mutation', message: undecodable.tektonMessage };
  const message = formatFieldErrors(problems.flatMap(({ fieldErrors = [] }) => fieldErrors));
  return message === undefined ? undefined : { webhook: 'validation', message };
}

const WEBHOOKS = {
  mutation: 'webhook.pipeline.tekton.dev',
  validation: 'validation.webhook.pipeline.tekton.dev',
} as const;

/** Returns the answer with the name of the webhook, as API servers pass it on. */
export function denial(problems: readonly Problem[]): string | undefined {
  const answer = webhookAnswer(problems);
  if (!answer) return undefined;
  const { webhook, message } = answer;
  return `admission webhook "${WEBHOOKS[webhook]}" denied the request: ${webhook} failed: ${message}`;
}
