/** A real API server keeps the contract: whatever fails here is a mistake in the contract. */

import { kubeconfigSend } from '@pipewright/kube';
import { describeApiServer } from './contract.js';

describeApiServer('a real API server', async () => {
  const send = await kubeconfigSend();
  return { send, close: () => send.close() };
});
