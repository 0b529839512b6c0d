/** Faults that tests inject at each write of a controller. */

import { expect, test } from '@jest/globals';
import type { Send } from '@pipewright/apimachinery';
import { startController } from '../../src/index.js';
import { isThorough } from '../../../../test/thorough.js';

const answer = (code: number, reason: string, message: string): Promise<Response> =>
  Promise.resolve(Response.json({ kind: 'Status', code, reason, message }, { status: code }));

/** The faults of a write. */
const faults = {
  /** The server executes the request, but the response is lost. */
  'its response is lost': async (send: Send, request: Request): Promise<Response> => {
    await send(request);
    throw new Error('the connection was reset');
  },
  /** The request never reaches the server. */
  'it is lost': (): Promise<Response> => Promise.reject(new Error('the connection was refused')),
  /** The server fails once. */
  'the server fails': (): Promise<Response> => answer(500, 'InternalError', 'etcd'),
  /** Another client has changed the object. */
  'it conflicts': (): Promise<Response> => answer(409, 'Conflict', 'the object has been modified'),
} as const;

/** Whether a request changes an object other than an event. */
const isWrite = ({ method, url }: Request): boolean => method !== 'GET' && !url.includes('/events');

/** A scenario that is repeated for each write of its controller. */
export interface FaultScenario {
  /** Starts over in a new namespace and returns its name. */
  readonly reset: () => Promise<string>;
  readonly cluster: () => Send;
  /** Runs the scenario with a controller that uses `send`, and returns the observed outcome. */
  readonly outcome: (send: Send) => Promise<unknown>;
  /** The outcome of every run. */
  readonly expected: unknown;
  readonly milliseconds: number;
}

/** By default, each write fails in one way, since each fault takes a run. `npm run test:thorough` tests all faults. */
const faultCases = Object.entries(faults).map(([name, inject], index) => ({ name, inject, first: index + 1 }));
const STEP = isThorough ? 1 : faultCases.length;
const which = isThorough ? 'every single write' : 'every fourth write';

/** Tests that a scenario has the same outcome if any single write fails or the controller crashes at any point. */
export function atEveryWrite({ reset, cluster, outcome, expected, milliseconds }: FaultScenario): void {
  test.each(faultCases)(
    `when $name, at ${which}`,
    async ({ inject, first }) => {
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
