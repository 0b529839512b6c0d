/**
 * `npm start`: from main.ts to a finished run, on this machine.
 *
 *     main.ts ── cdk8s synth ──▶ dist/ ── pipewright run ──▶ embedded cluster: clone, test, build, push, deploy
 *
 * Both commands are printed as a user would type them. The exit status is the run's.
 */

import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { synthesizeDeployment } from './deployment.js';

const root = resolve(import.meta.dirname, '../..');
const here = relative(root, import.meta.dirname);
const own = join(here, 'build');

/** Runs a command of this repository in the foreground. It receives Ctrl-C itself, as part of the same terminal. */
function command(name: string, ...args: readonly string[]): Promise<number> {
  console.log(`\n$ npx ${[name, ...args].join(' ')}`);
  return new Promise((done, fail) => {
    const child = spawn(join(root, 'node_modules/.bin', name), args, { cwd: root, stdio: 'inherit' });
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
    const wait = (): void => undefined; // the child ends its run first
    process.on('SIGTERM', pass).on('SIGINT', wait);
    child.once('error', fail);
    child.once('close', (status, signal) => {
      process.off('SIGTERM', pass).off('SIGINT', wait);
      done(status ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

rmSync(join(root, own), { recursive: true, force: true });
synthesizeDeployment(join(root, own));

const synthesized = await command('cdk8s', 'synth', '--check-upgrade=false');
process.exitCode =
  synthesized === 0
    ? await command(
        'pipewright',
        'run',
        'dist',
        own,
        join(here, 'credentials.yaml'),
        '--config',
        join(here, 'pipewright.yaml'),
      )
    : synthesized;
