/**
 * Tekton's admission for the embedded cluster: what v0.9.2 refused is refused in its words, all else is let in with the names of fields
 * and the defaults that it wrote.
 *
 * `run` and `lint` show every problem before anything is applied. What comes through the API is treated like on every cluster with Tekton: a
 * run that cannot work is let in and fails, with the reason in its status. It reaches the cluster as a function, because that
 * package has not heard of Tekton.
 */

import {
  applyDefaults,
  canonicalFields,
  checkObject,
  admissionMessage,
  type V1alpha1Object,
  type CanonicalObject,
} from '@pipewright/tekton';
import type { Admission, AdmissionRequest } from '@pipewright/cluster';

const WEBHOOK = 'admission webhook "webhook.tekton.dev" denied the request: mutation failed';

/** Refuses with Tekton's answer, and every problem with its hint among the causes; or fills in defaults. */
export const tektonAdmission: Admission = (request) => {
  if (request.resource.group !== 'tekton.dev') return { kind: 'allowed', object: request.object };
  const { apiVersion, kind } = request.object; // a body may leave them to the URL
  const written = canonicalFields({ ...request.sent, apiVersion, kind });
  const problems = checkObject(written.object).filter(({ severity }) => severity === 'error');
  const refusal = admissionMessage(problems);
  if (refusal === undefined) return { kind: 'allowed', object: withDefaults(withNames(request, written)) };
  return {
    kind: 'denied',
    message: `${WEBHOOK}: ${refusal}`,
    reason: 'BadRequest',
    code: 400,
    causes: problems.map(({ code, path, message, hint }) => ({
      reason: code,
      field: path.join('.'),
      message: `${message} (${hint})`,
    })),
  };
};

/**
 * The object with the names that its kind has. What the API server made of it has defaults of the definition beside what was written in
 * another case, so the spec is taken as it was sent.
 */
function withNames(
  { object }: AdmissionRequest,
  { object: written, renamed }: CanonicalObject,
): AdmissionRequest['object'] {
  if (renamed.length === 0) return object;
  const { spec } = written as { readonly spec?: unknown }; // an object of Tekton, since names were changed
  const known = Object.entries(object).filter(([name]) => name.toLowerCase() !== 'spec');
  return { ...(Object.fromEntries(known) as AdmissionRequest['object']), spec: withoutNulls(spec) }; // all fields but one
}

/** Null stands for a field that is left out. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([name, item]) => [name, withoutNulls(item)]));
}

const withDefaults = (object: AdmissionRequest['object']): AdmissionRequest['object'] =>
  applyDefaults(object as unknown as V1alpha1Object) as unknown as AdmissionRequest['object']; // what does not have the shape of its kind stays as it is
