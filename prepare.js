/**
 * Builds the library when npm installs this repository as a dependency from git, and does nothing at an install of its own.
 *
 * npm runs `prepare` at both, and at a pack, which has `prepack`. Plain JavaScript, because it runs at every install.
 */

import { execFileSync } from 'node:child_process';
import { join, relative } from 'node:path';

const { npm_command: command, INIT_CWD: started = '' } = process.env;
const isElsewhere = relative(import.meta.dirname, started).startsWith('..');
if (command === 'install' && isElsewhere) {
  execFileSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'pack.ts')], { stdio: 'inherit' });
}
