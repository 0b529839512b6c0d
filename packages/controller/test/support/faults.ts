/** Faults that tests inject at each write of a controller. */

import { expect, test } from '@jest/globals';
import type { Send } from '@pipewright/apimachinery';
import { startController } from '../../src/index.js';
import { isThorough } from '../../../../test/thorough.js';

const errorResponse = (code: number, reason: string, message: string): Promise<Response> =>
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
  'the server fails': (): Promise<Response> => errorResponse(500, 'InternalError', 'etcd'),
  /** Another client has changed the object. */
  'it conflicts': (): Promise<Response> => errorResponse(409, 'Conflict', 'the object has been modified'),
} as const;

/** Whether a request changes an object other than an event. */
const isWrite = ({ method, url }: Request): boolean => method !== 'GET' && !url.includes('/events');

/** A scenario that is repeated for each write of its controller. */
export interface FaultScenario {
  /** Starts over in a new namespace and returns its name. */
  readonly startOver: () => Promise<string>;
  readonly cluster: () => Send;
  /** Runs the scenario with a controller that uses `send`, and returns the observed outcome. */
  readonly observe: (send: Send) => Promise<unknown>;
  /** The outcome of every run. */
  readonly expected: unknown;
  readonly milliseconds: number;
}

/** By default, each write fails in one way, since each fault takes a run. `npm run test:thorough` tests all faults. */
const faultCases = Object.entries(faults).map(([name, inject], index) => ({ name, inject, first: index + 1 }));
const STEP = isThorough ? 1 : faultCases.length;
const writesTested = isThorough ? 'every single write' : 'every fourth write';

/** Tests that a scenario has the same outcome if any single write fails or the controller crashes at any point. */
export function atEveryWrite({ startOver, cluster, observe, expected, milliseconds }: FaultScenario): void {
  test.each(faultCases)(
    `when $name, at ${writesTested}`,
    async ({ inject, first }) => {
      for (let position = isThorough ? 1 : first, writeCount = position; writeCount >= position; position += STEP) {
        await startOver();
        writeCount = 0;
        const send: Send = (request) =>
          isWrite(request) && ++writeCount === position ? inject(cluster(), request) : cluster()(request);
        expect([position, await observe(send)]).toEqual([position, expected]);
        expect(position).toBeLessThan(100);
      }
    },
    milliseconds,
  );

  test(
    `when the controller dies after ${isThorough ? 'every single' : 'every second'} write and another takes over`,
    async () => {
      for (let position = 1, isReached = true; isReached; position += isThorough ? 1 : 2) {
        const namespace = await startOver();
        let writeCount = 0;
        let reportCrash: () => void = () => undefined;
        const crashed = new Promise<void>((resolve) => (reportCrash = resolve));
        const send: Send = async (request) => {
          if (writeCount >= position) throw new Error('dead');
          const response = await cluster()(request);
          if (isWrite(request) && ++writeCount === position) reportCrash();
          return response;
        };
        const nextController = crashed.then(() => startController({ send: cluster(), namespace }));
        expect([position, await observe(send)]).toEqual([position, expected]);
        isReached = writeCount >= position;
        if (isReached) await (await nextController).stop();
        expect(position).toBeLessThan(100);
      }
    },
    milliseconds,
  );
}
