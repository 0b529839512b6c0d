/** The fake runtime terminates killed containers, even if they are killed before the script has returned. */

import { expect, test } from '@jest/globals';
import { fake, type ContainerSpec, type FakeOutcome } from '@pipewright/cluster';

const SPEC: ContainerSpec = {
  identity: { namespace: 'n', pod: 'p', podUid: 'u', labels: {}, container: 'c', image: 'i', attempt: 0 },
  ...{ directory: '/none', scratch: '/none', rootfs: 'host', overlays: [], mounts: [], hostFiles: {} },
  ...{ argv: ['run'], env: {}, cwd: '/', hostname: 'p', output: { write: () => undefined } },
};

test.each<[string, FakeOutcome]>([
  ['forever', { duration: 'forever' }],
  ['for a duration', { duration: 3_600_000 }],
  ['forever after printing', { duration: 'forever', output: 'x' }],
])('a container that runs %s ends when it is killed before its script has returned', async (_how, outcome) => {
  const started = await fake({ script: () => outcome }).start(SPEC);
  if (started.kind === 'failed') throw new Error(started.message);
  started.container.kill('SIGKILL');
  expect(await started.container.exit).toMatchObject({ exitCode: 137, signal: 'SIGKILL' });
});
