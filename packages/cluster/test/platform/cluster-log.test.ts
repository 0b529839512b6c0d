/** Log messages of a cluster. */

import { afterEach, expect, test } from '@jest/globals';
import { startCluster, type Admission, type Cluster, type LogLevel } from '@pipewright/cluster';

let cluster: Cluster | undefined;
afterEach(() => cluster?.close());

test('an internal error of the API server is logged with its stack, and the response refers to the log', async () => {
  const lines: [string, LogLevel | undefined][] = [];
  const failingAdmission: Admission = ({ object }) => {
    if (object.metadata.name === 'broken') throw new Error('a bug');
    return { kind: 'allowed', object };
  };
  const log = (line: string, level?: LogLevel): void => void lines.push([line, level]);
  cluster = await startCluster({ admission: [failingAdmission], log, logPlace: '/var/log/cluster' });
  const url = 'http://kubernetes/api/v1/namespaces/default/configmaps';
  const body = JSON.stringify({ metadata: { name: 'broken' } });
  const headers = { 'content-type': 'application/json' };
  const response = await cluster.send(new Request(url, { method: 'POST', headers, body }));
  expect(response.status).toBe(500);
  const { message } = (await response.json()) as { message: string };
  expect(message).toBe('Internal error occurred: see the log of the cluster (/var/log/cluster)');
  expect(lines).toEqual([[expect.stringMatching(/^POST .*configmaps: Error: a bug\n +at /), 'error']]);
});
