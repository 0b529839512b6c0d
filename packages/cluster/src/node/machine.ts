/**
 * What the Node object says of the machine, read once.
 *
 * Separate because it is an input: a simulation gives facts of its own.
 */

import { readFileSync } from 'node:fs';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';

/** Facts of a machine. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly hostname: string;
  /** As Go names it, such as `linux`. */
  readonly os: string;
  /** As Go names it, such as `amd64`. */
  readonly architecture: string;
  readonly kernel: string;
  /** The distribution's name, such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly osImage: string;
}

/** Reads the facts of this machine. */
export const thisMachine = (): Machine => ({
  cpus: cpus().length,
  memoryBytes: totalmem(),
  hostname: hostname(),
  os: platform(),
  architecture: arch() === 'x64' ? 'amd64' : arch(),
  kernel: release(),
  osImage: distribution() ?? platform(),
});

function distribution(): string | undefined {
  try {
    return /^PRETTY_NAME="?([^"\n]*)"?$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
  } catch {
    return undefined; // a system that does not say so
  }
}
