/** Serves the recordings' repositories with their own script, unless they are already served. */

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';

const GIT_PORT = 9418;

/** A Git server. */
export interface Daemon {
  close(): Promise<void>;
}

/**
 * Starts `serve ADDRESS` beside the folder of the cases, or `repositories/serve ADDRESS` in or above it.
 *
 * @returns when connections are accepted; undefined without a script, or if the address already accepts connections
 */
export async function serveRepositories(folder: string, address: string): Promise<Daemon | undefined> {
  const script = findScript(resolve(folder));
  if (script === undefined || (await answers(address))) return undefined;
  const child = spawn('bash', [script, address], { stdio: 'ignore', detached: true });
  const ended = new Promise<void>((done) => child.once('close', () => done()));
  const close = async (): Promise<void> => {
    // The script waits for git in the foreground: signal the whole process group, so that both exit and the script's trap cleans up.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM');
    await ended;
  };
  for (let tries = 0; tries < 200; tries++) {
    if (await answers(address)) return { close };
    if (child.exitCode !== null) break;
    await new Promise((done) => setTimeout(done, 50));
  }
  await close();
  throw new Error(`${script} ${address} does not accept connections`);
}

function findScript(folder: string): string | undefined {
  const beside = join(dirname(folder), 'serve');
  if (existsSync(beside)) return beside;
  for (let here = folder; ; here = dirname(here)) {
    const script = join(here, 'repositories', 'serve');
    if (existsSync(script)) return script;
    if (dirname(here) === here) return undefined;
  }
}

const answers = (host: string): Promise<boolean> =>
  new Promise((done) => {
    const socket = connect({ host, port: GIT_PORT, timeout: 1000 });
    const say = (answer: boolean) => (): void => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', say(true)).once('error', say(false)).once('timeout', say(false));
  });
