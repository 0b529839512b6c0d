/**
 * Tekton's admission for the embedded cluster: what v0.9.2 refused is refused in its words, all else is let in with its defaults.
 *
 * `run` and `lint` show every problem before anything is applied. What comes through the API is treated like on every cluster with Tekton: a
 * run that cannot work is let in and fails, with the reason in its status. It reaches the cluster as a function, because that
 * package has not heard of Tekton.
 */

import { applyDefaults, checkObject, tektonRefusal, type AnyTektonObject } from '@pipewright/tekton';
import type { Admission, AdmissionRequest } from '@pipewright/cluster';

const WEBHOOK = 'admission webhook "webhook.tekton.dev" denied the request: mutation failed';

/** Refuses with Tekton's answer, and every problem with its hint among the causes; or fills in defaults. */
export const tektonAdmission: Admission = (request) => {
  if (request.resource.group !== 'tekton.dev') return { object: request.object };
  const { apiVersion, kind } = request.object; // a body may leave them to the URL
  const problems = checkObject({ ...request.sent, apiVersion, kind }).filter(({ severity }) => severity === 'error');
  const refusal = tektonRefusal(problems);
  if (refusal === undefined) return { object: withDefaults(request.object) };
  return {
    denied: {
      message: `${WEBHOOK}: ${refusal}`,
      reason: 'BadRequest',
      code: 400,
      causes: problems.map(({ code, path, message, hint }) => ({
        reason: code,
        field: path.join('.'),
        message: `${message} (${hint})`,
      })),
    },
  };
};

const withDefaults = (object: AdmissionRequest['object']): AdmissionRequest['object'] =>
  applyDefaults(object as unknown as AnyTektonObject) as unknown as AdmissionRequest['object']; // what does not have the shape of its kind stays as it is
