/** Runs the contract against a real API server: a failure is a bug in the contract. */

import { kubeconfigSend } from '@pipewright/kube';
import { describeApiServer } from './contract.js';

describeApiServer('a real API server', async () => {
  const send = await kubeconfigSend();
  return { send, close: () => send.close() };
});
