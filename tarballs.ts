/**
 * Packs the three packages that a project installs: the library, the command and the simulations.
 *
 *     npm run tarballs -- [DIRECTORY]      # build/tarballs unless it is named
 */

import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const root = import.meta.dirname;
const PACKAGES = ['.', 'packages/cli', 'packages/testing'];

const { INIT_CWD: started = process.cwd() } = process.env; // npm runs a script in the package, wherever it was typed
const directory = resolve(started, process.argv[2] ?? join(root, 'build/tarballs'));
mkdirSync(directory, { recursive: true });
for (const name of readdirSync(directory)) {
  if (/^pipewright-.*\.tgz$/.test(name)) rmSync(join(directory, name));
}
for (const folder of PACKAGES) {
  const args = ['pack', '--silent', '--ignore-scripts=false', '--pack-destination', directory]; // also where the user's npm runs none
  const { status, stdout, stderr } = spawnSync('npm', args, { cwd: join(root, folder), encoding: 'utf8' });
  if (status !== 0) {
    process.stderr.write(`${stderr}${stdout}cannot pack ${folder}: see above\n`);
    process.exit(1);
  }
  console.log(join(relative(started, directory), stdout.trim().split('\n').at(-1) ?? ''));
}
