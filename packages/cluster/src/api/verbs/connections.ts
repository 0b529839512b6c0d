/**
 * Subresources that need a connection instead of a response: exec, attach, port-forward, proxy.
 *
 * The embedded cluster does not serve them, and answers with an error that says so instead of a 404.
 */

import type { ResourceRequest } from '../request-info.js';
import { StatusError } from '../status-error.js';
import { groupResourceOf, type ResourceType } from '../kinds/resource-type.js';

const ATTACHING = 'kubectl logs shows what a container wrote';

/** Alternatives by resource and subresource. */
const ALTERNATIVES: ReadonlyMap<string, string> = new Map([
  ['/pods/attach', ATTACHING],
  ['/pods/exec', `kubectl exec and kubectl cp need it; ${ATTACHING}`],
  ['/pods/portforward', "containers share the machine's network: connect to their ports on 127.0.0.1"],
  ['/pods/proxy', "containers share the machine's network: connect to their ports on 127.0.0.1"],
  ['/services/proxy', "containers share the machine's network: connect to their ports on 127.0.0.1"],
  ['/nodes/proxy', 'the embedded node has no HTTP server'],
]);

/** Whether a request is for such a connection. */
export const isConnection = (type: ResourceType, { object, subresource }: ResourceRequest): boolean =>
  object !== '' && ALTERNATIVES.has(`${groupResourceOf(type)}/${subresource}`);

/** 501: the connection is not served. */
export function connectionNotServed(type: ResourceType, { subresource, object }: ResourceRequest): StatusError {
  const instead = ALTERNATIVES.get(`${groupResourceOf(type)}/${subresource}`) ?? '';
  const message = `the embedded cluster does not serve ${type.plural}/${subresource}: ${instead}`;
  return new StatusError(501, 'NotImplemented', message, { name: object, kind: type.plural });
}
