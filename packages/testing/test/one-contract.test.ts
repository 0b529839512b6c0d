import { expect, test } from '@jest/globals';
import * as cluster from '@pipewright/cluster';
import * as kube from '@pipewright/kube';

// The assignments are the test: a contract that only one of the packages changes does not compile.
test('the clock and the transport of the cluster and of its client are interchangeable', () => {
  const [clockOfClient, clockOfServer]: [kube.Clock, cluster.Clock] = [cluster.systemClock, kube.systemClock];
  expect([clockOfClient, clockOfServer]).toEqual([cluster.systemClock, kube.systemClock]);
  const send = (): Promise<Response> => Promise.resolve(new Response());
  const fromClient: kube.Send = send;
  const toServer: cluster.Send = fromClient;
  const toClient: kube.Send = toServer;
  expect(toClient).toBe(send);
});
