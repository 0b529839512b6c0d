/**
 * Starts planned containers with one of the launchers.
 */

import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DEFAULT_PATH, splitEnvironment } from '../host/executable.js';
import { firstProcess } from './first-process.js';
import { ShellZygote, launchScript, shellQuote } from './shell-zygote.js';
import { bubblewrapLaunch, perlStart, unshareLaunch, type Programs } from './launcher.js';
import type { Rights } from './mount-table.js';
import { makeDirectory } from './layer-files.js';
import { PipePool, type Pipe } from './output-pipe.js';
import { PerlZygote } from './perl-zygote.js';
import { removeTree } from '../host/remove-tree.js';
import type { ContainerSpec } from '../runtime.js';
import type { Plan } from './plan.js';
import { LaunchStatus, type LaunchResult } from './launch-status.js';

/** A launcher. */
export type Launcher = 'bubblewrap' | 'perl' | 'unshare';

/** The process of a started container. */
export interface StartedProcess {
  /** Settles when the container was created or failed to start. */
  readonly first: Promise<LaunchResult>;
  /** Returns the host's pid of the container's process 1 while it exists. */
  readonly pid: () => number | undefined;
  readonly ended: Promise<{ readonly code: number; readonly signal: NodeJS.Signals | null }>;
}

/** Starts containers with one launcher. */
export interface Starter {
  readonly pipes: PipePool;
  /** Starts a container. The pipe is released when the container has opened it or failed to start. */
  start(spec: ContainerSpec, plan: Plan, output: Pipe): Promise<StartedProcess>;
}

/** @returns undefined if a required program is missing */
export function starterOf(launcher: Launcher, programs: Programs, rights: Rights): Starter | undefined {
  switch (launcher) {
    case 'unshare':
      return new ShellStarter(programs, rights, undefined);
    case 'bubblewrap':
      return programs.bwrap === undefined ? undefined : new ShellStarter(programs, rights, programs.bwrap);
    case 'perl': {
      const perl = programs.perl === undefined ? undefined : PerlZygote.of(programs.perl, rights);
      return perl && new PerlStarter(perl, rights);
    }
  }
}

class PerlStarter implements Starter {
  readonly pipes: PipePool;
  readonly #perl: PerlZygote;
  readonly #rights: Rights;

  constructor(perl: PerlZygote, rights: Rights) {
    this.#perl = perl;
    this.#rights = rights;
    this.pipes = new PipePool((paths) => perl.makePipes(paths));
  }

  start(spec: ContainerSpec, plan: Plan, output: Pipe): Promise<StartedProcess> {
    const launch = this.#perl.start(perlStart(spec, plan, output.path, this.#rights, DEFAULT_PATH));
    let pid: number | undefined;
    const first = launch.first.then((launchStatus): LaunchResult => {
      output.release();
      if (launchStatus.kind === 'failed') return { isCreated: false, text: launchStatus.message };
      pid = launchStatus.pid;
      return { isCreated: true, text: '' };
    });
    return Promise.resolve({ first, pid: () => pid, ended: launch.ended });
  }
}

class ShellStarter implements Starter {
  readonly pipes: PipePool;
  readonly #zygote: ShellZygote;
  readonly #programs: Programs;
  readonly #rights: Rights;
  readonly #bwrap: string | undefined;

  constructor(programs: Programs, rights: Rights, bwrap: string | undefined) {
    this.#programs = programs;
    this.#rights = rights;
    this.#bwrap = bwrap;
    this.#zygote = new ShellZygote(programs, rights, { isolated: bwrap === undefined });
    this.pipes = new PipePool((paths) => this.#makePipes(paths));
  }

  async start(spec: ContainerSpec, plan: Plan, output: Pipe): Promise<StartedProcess> {
    for (const path of plan.directories) makeDirectory(path);
    const { carried, inside } = splitEnvironment(spec.env);
    const argv = inside.length === 0 ? spec.argv : (['/usr/bin/env', ...inside, ...spec.argv] as const);
    const launchSpec = { ...spec, argv };
    const launch =
      this.#bwrap === undefined
        ? unshareLaunch(launchSpec, plan, this.#programs, this.#rights, join(spec.directory, 'fstab'))
        : bubblewrapLaunch(launchSpec, plan, this.#bwrap, this.#rights);
    if (launch.fstab !== undefined) writeFileSync(join(spec.directory, 'fstab'), launch.fstab);
    const status = await this.pipes.take(spec.scratch);
    const launchStatus = new LaunchStatus();
    const release = (): void => {
      output.release();
      status.release();
    };
    const drained = status.drain({
      write: (chunk) => {
        launchStatus.append(Buffer.from(chunk).toString());
        if (launchStatus.pid !== undefined) release(); // the launcher has opened both pipes
        return undefined;
      },
    });
    const script = launchScript({
      output: output.path,
      status: status.path,
      descriptor: launch.statusDescriptor,
      env: { PATH: DEFAULT_PATH, ...carried },
      command: [launch.file, ...launch.args],
    });
    writeFileSync(join(spec.directory, 'launch'), script, { mode: 0o600 });
    const ended = this.#zygote.run(spec.directory).then(async (code) => {
      release();
      await drained;
      status.recycle();
      launchStatus.end(this.#zygote.errorOutput);
      // unshare of util-linux 2.38 cannot end with SIGKILL like its child: it prints an error and exits with 1.
      const killed = code === 1 && launchStatus.errorAfterStart !== '';
      return { code, signal: killed ? ('SIGKILL' as const) : null };
    });
    const pid = (): number | undefined => (launchStatus.pid === undefined ? undefined : firstProcess(launchStatus.pid));
    return { first: launchStatus.first, pid, ended };
  }

  async #makePipes(paths: readonly string[]): Promise<void> {
    const directory = mkdtempSync(`${paths[0] ?? ''}-`);
    const command = [this.#programs.mkfifo, '-m', '622', '--', ...paths].map(shellQuote).join(' ');
    writeFileSync(join(directory, 'launch'), `exec ${command}\n`);
    const code = await this.#zygote.run(directory);
    await removeTree(directory);
    if (code !== 0) throw new Error(this.#zygote.errorOutput || `mkfifo exited with code ${code}`);
  }
}
