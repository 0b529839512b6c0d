/** A worker process: simulates the seeds that it receives, one after another. */

import { answer } from './simulate.js';
import type { WorkerRequest } from './worker-pool.js';

process.on('message', (request: WorkerRequest) => {
  const { level, seed } = request;
  void answer(request).then(
    (outcome) => process.send?.(outcome),
    (error: unknown) => {
      console.error(`seed ${seed} of ${level}:`, error);
      process.exit(2);
    },
  );
});
process.on('disconnect', () => process.exit(0));
