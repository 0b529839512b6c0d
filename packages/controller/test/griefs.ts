/** What may go wrong with a write of a controller. Tests have it happen to each single one. */

import type { Send } from '@pipewright/kube';

const answer = (code: number, reason: string, message: string): Promise<Response> =>
  Promise.resolve(Response.json({ kind: 'Status', code, reason, message }, { status: code }));

/** The ways in which a write comes to grief. */
export const griefs = {
  /** The server carries it out, and the answer is lost. */
  'its answer is lost': async (send: Send, request: Request): Promise<Response> => {
    await send(request);
    throw new Error('the connection was reset');
  },
  /** It never reaches the server. */
  'it is lost': (): Promise<Response> => Promise.reject(new Error('the connection was refused')),
  /** The server is out of order for a moment. */
  'the server fails': (): Promise<Response> => answer(500, 'InternalError', 'etcd'),
  /** Somebody else has written. */
  'there is a conflict': (): Promise<Response> => answer(409, 'Conflict', 'the object has been modified'),
} as const;

/** Whether a request changes something that matters. */
export const isWrite = ({ method, url }: Request): boolean => method !== 'GET' && !url.includes('/events');
