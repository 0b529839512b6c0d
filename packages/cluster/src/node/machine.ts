/**
 * Properties of the machine for the Node object, read once.
 *
 * Separate because they are an input: a simulation provides its own.
 */

import { readFileSync } from 'node:fs';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';

/** Properties of a machine. */
export interface Machine {
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly hostname: string;
  /** Go's name of the system, such as `linux`. */
  readonly os: string;
  /** Go's name of the architecture, such as `amd64`. */
  readonly architecture: string;
  readonly kernel: string;
  /** The distribution, such as `Debian GNU/Linux 12 (bookworm)`. */
  readonly osImage: string;
}

/** Reads the properties of this machine. */
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
    return undefined; // the system does not provide it
  }
}
