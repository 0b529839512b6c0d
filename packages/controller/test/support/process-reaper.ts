/**
 * Kills child processes of tests if the test process itself is killed. Otherwise, servers and shells that wait for a
 * step would run forever.
 *
 * A shell tracks the child processes over a pipe, and kills the remaining ones when the test process exits.
 */

import { spawn, type ChildProcess } from 'node:child_process';

const PROGRAM = `
left=
while read -r what pid; do
  case $what in
    began) left="$left $pid" ;;
    ended) rest=; for each in $left; do [ "$each" = "$pid" ] || rest="$rest $each"; done; left=$rest ;;
  esac
done
for each in $left; do kill -s KILL -- "$each"; done
`;

let reaper: ChildProcess | undefined;

/** Kills a process when this one exits, and its process group if it was started `detached`. @returns the process */
export function killOnExit<T extends ChildProcess>(child: T, { detached = false } = {}): T {
  const { pid } = child;
  if (pid === undefined) return child;
  reaper ??= spawn('/bin/sh', ['-c', PROGRAM], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  reaper.unref();
  const { stdin } = reaper;
  const sendLine = (verb: string): void => void stdin?.write(`${verb} ${detached ? '-' : ''}${String(pid)}\n`);
  sendLine('began');
  child.once('exit', () => sendLine('ended'));
  return child;
}
