/**
 * The commands of README and guide, in order, in a fresh clone and in the new project at the end of the guide.
 *
 * Only the installation from the registry is replaced: packages are linked from this repository. Without a sandbox
 * or kubectl, the titles name the replacement.
 */

import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { sandbox } from '@pipewright/cluster';
import { instructionsIn, type Instruction } from './documented.js';
import { unpack } from './tarball.js';

const root = resolve(import.meta.dirname, '..');
const work = mkdtempSync(join(tmpdir(), 'pipewright-newcomer-'));
const clone = join(work, 'pipewright');
const kubeconfig = join(work, 'kubeconfig');
const usable = (await sandbox().probe()).kind === 'usable';
const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;

let cluster: ChildProcess | undefined;
afterAll(async () => {
  if (cluster) await stopped(cluster);
  rmSync(work, { recursive: true, force: true });
});

/** Creates a clone of the working tree, with links to the installed packages. */
beforeAll(() => {
  const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  for (const file of listed.stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    mkdirSync(dirname(join(clone, file)), { recursive: true });
    cpSync(join(root, file), join(clone, file), { verbatimSymlinks: true });
  }
  linkModules(clone, readdirSync(join(root, 'node_modules')));
  for (const name of readdirSync(join(root, 'node_modules/@pipewright'))) {
    const path = join(clone, 'node_modules/@pipewright', name);
    mkdirSync(dirname(path), { recursive: true });
    link(readlinkSync(join(root, 'node_modules/@pipewright', name)), path); // to the package of the clone
  }
}, 120_000);

/** Links packages and their commands into a project. */
function linkModules(project: string, names: readonly string[]): void {
  const modules = join(project, 'node_modules');
  for (const name of names.filter((it) => !it.startsWith('.') && it !== '@pipewright')) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    link(join(root, 'node_modules', name), join(modules, name));
  }
  mkdirSync(join(modules, '.bin'), { recursive: true });
  for (const name of readdirSync(join(root, 'node_modules/.bin'))) {
    link(readlinkSync(join(root, 'node_modules/.bin', name)), join(modules, '.bin', name)); // to another package in the clone
  }
}

function link(target: string, path: string): void {
  if (!lstatSync(path, { throwIfNoEntry: false })) symlinkSync(target, path);
}

/** A simulated terminal session, which keeps the working directory between commands. */
class Reader {
  #directory = work;
  #printed = '';

  /** Follows an instruction. Throws if a command fails. */
  async follow(instruction: Instruction): Promise<void> {
    switch (instruction.kind) {
      case 'file':
        return writeFileSync(join(this.#directory, instruction.name), instruction.text);
      case 'output':
        if (usable) expect(this.#printed).toContain(instruction.text);
        return;
      case 'command':
        return this.#type(instruction.text);
    }
  }

  async #type(command: string): Promise<void> {
    const install = /^npm install (?:-D )?(.*)$/.exec(command);
    if (command === 'git clone <this repository> pipewright && cd pipewright') this.#directory = clone;
    else if (/^npx pipewright (up|controller) /.test(command)) await this.#serve(command);
    else if (install) this.#install((install[1] ?? '').split(' '));
    else if (command.startsWith('kubectl ') && !hasKubectl) return;
    else
      this.#run(
        command.replace(/^npm (ci|install)(?= |$)/, 'true').replace(/npm test$/, 'npm test -- test/documented.test.ts'),
      );
  }

  /** Replaces `npm install`: unpacks tarballs, and links other packages from this repository. */
  #install(packages: readonly string[]): void {
    for (const name of packages) {
      if (!name.endsWith('*.tgz'))
        linkModules(this.#directory, [name, '@types', 'fastest-levenshtein', 'yaml', '@kubernetes', 'undici', 'pino']);
      else unpack(resolve(this.#directory, dirname(name)), join(this.#directory, 'node_modules'));
    }
  }

  #run(command: string): void {
    const { status, stdout, stderr } = spawnSync('sh', ['-c', `${command} && pwd > "${work}/pwd"`], {
      cwd: this.#directory,
      encoding: 'utf8',
      env: { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: '1' },
      maxBuffer: 1e8,
    });
    this.#printed = stdout + stderr;
    const runs = /^npx pipewright run |npm start$/.test(command);
    if (runs && !usable) return expect({ command, status }).toEqual({ command, status: 3 });
    expect({ command, status, printed: status === 0 ? '' : this.#printed }).toEqual({
      command,
      status: 0,
      printed: '',
    });
    this.#directory = readFileSync(join(work, 'pwd'), 'utf8').trim();
  }

  /** Starts a server, which runs until the end of the page or is stopped as soon as it is ready. */
  async #serve(command: string): Promise<void> {
    const isCluster = command.startsWith('npx pipewright up ');
    const fake = isCluster && !usable ? ' --runtime fake' : '';
    const child = spawn('sh', ['-c', `exec ${command}${isCluster ? ` --kubeconfig "${kubeconfig}"` : ''}${fake}`], {
      cwd: this.#directory,
      env: { ...process.env, KUBECONFIG: kubeconfig, NO_COLOR: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true, // a process group of its own, as a terminal gives to each command
    });
    await said(child, isCluster ? kubeconfig : 'the controller is running');
    if (isCluster) cluster = child;
    else await stopped(child);
  }
}

/** Resolves when a server has printed a text; rejects if it exits before. */
const said = (child: ChildProcess, text: string): Promise<void> =>
  new Promise((done, fail) => {
    let printed = '';
    const hear = (chunk: Buffer): void => {
      printed += chunk.toString();
      if (printed.includes(text)) done();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('close', () => fail(new Error(`exited before printing ${text}: ${printed}`)));
  });

/** Stops a server like Ctrl-C, which interrupts npx and its child processes. Returns the status of npx. */
const stopped = (child: ChildProcess): Promise<void> =>
  new Promise((done) => {
    child.once('close', () => done());
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGINT');
  });

const page = (name: string): readonly Instruction[] => instructionsIn(readFileSync(join(root, name), 'utf8'));
const named = (it: Instruction): [string, Instruction] => [it.kind === 'file' ? `write ${it.name}` : it.text, it];

const without = [...(usable ? [] : ['a sandbox']), ...(hasKubectl ? [] : ['kubectl'])].join(' and ');
describe(`typed in a fresh clone${without === '' ? '' : `, without ${without}`}`, () => {
  const reader = new Reader();
  beforeAll(() => reader.follow({ kind: 'command', text: 'git clone <this repository> pipewright && cd pipewright' }));

  test.each([...page('README.md'), ...page('docs/guide.md')].map(named))('%s', async (_, instruction) => {
    await reader.follow(instruction);
  });
});
