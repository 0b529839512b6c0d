/** A git daemon on loopback, for tests of programs that fetch from a repository. */

import { spawn } from 'node:child_process';
import { createServer, type AddressInfo } from 'node:net';
import { killOnExit } from './process-reaper.js';
import { runProcess } from './shells.js';

/** Resolves with a port that is probably free. */
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const socket = createServer().listen(0, '127.0.0.1', () => {
      const { port } = socket.address() as AddressInfo; // it listens on a port
      socket.close(() => resolve(port));
    });
  });

/** Resolves when the daemon responds. */
async function waitForDaemon(url: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if ((await runProcess(['git', 'ls-remote', url])).code === 0) return;
  }
  throw new Error(`no response from ${url}`);
}

/** Serves the repositories in a directory. `repository`: the name of one of them. Resolves with the URL when it responds. */
export async function startGitDaemon(
  directory: string,
  repository: string,
): Promise<{ readonly url: string; readonly stop: () => void }> {
  const port = String(await freePort());
  const args = ['--reuseaddr', '--listen=127.0.0.1', `--port=${port}`, `--base-path=${directory}`, '--export-all'];
  const options = { stdio: 'ignore', detached: true } as const;
  const daemon = killOnExit(spawn('git', ['daemon', ...args, directory], options), { detached: true });
  const url = `git://127.0.0.1:${port}`;
  await waitForDaemon(`${url}/${repository}`);
  return {
    url,
    stop: () => {
      if (daemon.pid !== undefined) process.kill(-daemon.pid); // its children serve requests
    },
  };
}
