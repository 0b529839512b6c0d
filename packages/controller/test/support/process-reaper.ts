/**
 * Ends what tests have started when they themselves are killed: a shell that waits for a step which never comes, or a server, would
 * outlive them for ever.
 *
 * A shell that reads what is going on from the tests' process, and kills the remaining processes when the tests' process ends.
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

/** Has a process ended when this one is gone, and all of its group when it was started `detached`. @returns the process */
export function reaped<T extends ChildProcess>(child: T, { detached = false } = {}): T {
  const { pid } = child;
  if (pid === undefined) return child;
  reaper ??= spawn('/bin/sh', ['-c', PROGRAM], { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
  reaper.unref();
  const { stdin } = reaper;
  const say = (what: string): void => void stdin?.write(`${what} ${detached ? '-' : ''}${String(pid)}\n`);
  say('began');
  child.once('exit', () => say('ended'));
  return child;
}
