/** The client against a real Kubernetes cluster, given by `KUBECONFIG`. */

import { kubeconfigSend } from '../../src/index.js';
import { describeClient } from './client-on-a-cluster.js';

const connect = async () => {
  const send = await kubeconfigSend();
  return { send, close: () => send.close() };
};

describeClient('the client on a real cluster', connect, { runsPods: true });
