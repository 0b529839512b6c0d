/**
 * Builds the library when npm installs this repository as a dependency from git, and does nothing if the repository itself is installed.
 *
 * npm runs `prepare` in both cases, and before a pack, which has `prepack`. Plain JavaScript, because it runs at every install.
 */

import { execFileSync } from 'node:child_process';
import { join, relative } from 'node:path';

const { npm_command: command, INIT_CWD: started = '' } = process.env;
const isElsewhere = relative(import.meta.dirname, started).startsWith('..');
if (command === 'install' && isElsewhere) {
  execFileSync(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'pack.ts')], { stdio: 'inherit' });
}
