/**
 * The API server behavior that this project relies on.
 *
 * Runs against the embedded cluster on every change, and against a real kube-apiserver given by `KUBECONFIG`
 * (`npm run test:cluster`). A test that passes only on the embedded cluster reveals a bug in the embedded cluster.
 */

import { afterAll, beforeAll, describe } from '@jest/globals';
import { describeAccess } from './contract/access.js';
import { describeDefinitions } from './contract/definitions.js';
import { describeDeletion } from './contract/deletion.js';
import { describeKinds } from './contract/kinds.js';
import { describeLimits } from './contract/limits.js';
import { describeModel } from './contract/model.js';
import { describeObjects } from './contract/objects.js';
import { describePatches } from './contract/patches.js';
import { Server, type Send } from './contract/server.js';
import { describeWatches } from './contract/watches.js';

/** A server under test. */
export interface ConnectedServer {
  readonly send: Send;
  close(): Promise<void>;
}

/** Defines the contract suite. Each part uses its own namespace and cleans up. */
export function describeApiServer(name: string, connect: () => Promise<ConnectedServer>): void {
  const parts: readonly [string, (currentServer: () => Server) => void][] = [
    ['objects', describeObjects],
    ['patches', describePatches],
    ['lists and watches', describeWatches],
    ['many writers', describeModel],
    ['deletion', describeDeletion],
    ['custom resources', describeDefinitions],
    ['kinds', describeKinds],
    ['quotas and limits', describeLimits],
    ['access', describeAccess],
  ];
  describe(name, () => {
    describe.each(parts)('%s', (part, describePart) => {
      let connected: ConnectedServer;
      let server: Server;

      beforeAll(async () => {
        connected = await connect();
        server = new Server(connected.send, `contract-${part.replaceAll(' ', '-')}-${process.pid}`);
        const metadata = { name: server.namespace };
        await server.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata });
        await server.waitForPodAdmission();
      });

      afterAll(async () => {
        await server.delete(`/api/v1/namespaces/${server.namespace}`);
        await connected.close();
      });

      describePart(() => server);
    });
  });
}
