/**
 * Checks the programs that are not JavaScript: shellcheck for shell, `perl -c` for Perl. Part of `npm run lint`.
 *
 *     node lint-programs.js [--require]
 *
 * A checker that is not installed is reported and skipped, or fails the run with --require. Tests check that awk parses the awk
 * programs, and `npm run typecheck` checks the JavaScript ones.
 */

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = import.meta.dirname;
const isRequired = process.argv.includes('--require');

/** Folders of examples that contain a user's repository or image. */
const EXAMPLES = /^examples\/[^/]+\/(source|images)\//;

const listed = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
});
const files = listed.stdout
  .split('\0')
  .filter((file) => file !== '' && !EXAMPLES.test(file) && existsSync(join(root, file)));

const hasShellInterpreter = (/** @type {string} */ file) => {
  try {
    return /^#!.*\b(sh|bash)\b/.test(readFileSync(join(root, file), 'utf8'));
  } catch {
    return false; // deleted, or a link
  }
};

/** @type {{ program: string, commands: string[][], subject: string }[]} */
const CHECKS = [
  {
    program: 'shellcheck',
    subject: 'shell programs',
    commands: [files.filter((file) => file.endsWith('.sh') || (!/\.\w+$/.test(file) && hasShellInterpreter(file)))],
  },
  {
    program: 'perl',
    subject: 'Perl programs',
    commands: files.filter((file) => file.endsWith('.pl')).map((file) => ['-Mstrict', '-wc', file]),
  },
];

for (const { program, subject, commands } of CHECKS) {
  if (spawnSync(program, ['--version']).error) {
    console.log(`lint: ${program} is not installed, so ${subject} are not checked`);
    if (isRequired) process.exitCode = 1;
    continue;
  }
  for (const args of commands) {
    const { status, stdout, stderr } = spawnSync(program, args, { cwd: root, encoding: 'utf8' });
    if (status === 0) continue;
    process.stderr.write(stdout + stderr);
    process.exitCode = 1;
  }
}
