/** What may go wrong with a write of a controller. Tests have it happen to each single one. */

import { expect, test } from '@jest/globals';
import type { Send } from '@pipewright/kube';
import { startController } from '../../src/index.js';
import { isThorough } from '../../../../test/thorough.js';

const answer = (code: number, reason: string, message: string): Promise<Response> =>
  Promise.resolve(Response.json({ kind: 'Status', code, reason, message }, { status: code }));

/** The ways in which a write comes to grief. */
const faults = {
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
const isWrite = ({ method, url }: Request): boolean => method !== 'GET' && !url.includes('/events');

/** A story that is told again for every single write of its controller. */
export interface FaultScenario {
  /** Begins anew in a namespace of its own, whose name it gives. */
  readonly reset: () => Promise<string>;
  readonly cluster: () => Send;
  /** What is seen when the controller, which speaks through `send`, has come to an end and is stopped. */
  readonly outcome: (send: Send) => Promise<unknown>;
  /** What must be seen each time. */
  readonly expected: unknown;
  readonly milliseconds: number;
}

/** `npm run test:thorough` has each write fail in each way; by default each fails in one, since a run is executed again for every one. */
const faultCases = Object.entries(faults).map(([name, inject], index) => ({ name, grief: inject, first: index + 1 }));
const STEP = isThorough ? 1 : faultCases.length;
const which = isThorough ? 'every single write' : 'every fourth write';

/** Tests that a story ends the same, whichever write comes to grief, and whenever its controller dies. */
export function atEveryWrite({ reset, cluster, outcome, expected, milliseconds }: FaultScenario): void {
  test.each(faultCases)(
    `when $name, at ${which}`,
    async ({ grief: inject, first }) => {
      for (let k = isThorough ? 1 : first, written = k; written >= k; k += STEP) {
        await reset();
        written = 0;
        const send: Send = (request) =>
          isWrite(request) && ++written === k ? inject(cluster(), request) : cluster()(request);
        expect([k, await outcome(send)]).toEqual([k, expected]);
        expect(k).toBeLessThan(100);
      }
    },
    milliseconds,
  );

  test(
    `when the controller dies after ${isThorough ? 'every single' : 'every second'} write and another takes over`,
    async () => {
      for (let k = 1, reached = true; reached; k += isThorough ? 1 : 2) {
        const namespace = await reset();
        let written = 0;
        let died: () => void = () => undefined;
        const dead = new Promise<void>((resolve) => (died = resolve));
        const send: Send = async (request) => {
          if (written >= k) throw new Error('dead');
          const response = await cluster()(request);
          if (isWrite(request) && ++written === k) died();
          return response;
        };
        const successor = dead.then(() => startController({ send: cluster(), namespace }));
        expect([k, await outcome(send)]).toEqual([k, expected]);
        reached = written >= k;
        if (reached) await (await successor).stop();
        expect(k).toBeLessThan(100);
      }
    },
    milliseconds,
  );
}
