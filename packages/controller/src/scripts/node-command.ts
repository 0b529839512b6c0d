/**
 * Command lines of steps that are written in JavaScript: those that need both JSON and HTTP, which no shell has.
 *
 * They run as `node -e` on a stock image of Node, which takes one CommonJS module, so the modules of a program are joined into one.
 */

import type { ScriptFile, Scripts } from './scripts.js';

/** The buckets that this machine serves itself: a JSON object from a bucket's name to the address of a store. */
export const BUCKETS_FILE = '/etc/pipewright/buckets.json';

/** Returns the command and arguments of a step that runs a program. */
export const nodeCommand = (scripts: Scripts, program: ScriptFile, args: readonly string[]): readonly string[] => [
  'node',
  '-e',
  joinedModules(scripts, program),
  '--',
  ...args,
];

/**
 * Joins a module and those that it imports by path into one CommonJS module.
 *
 * Names of the top level must be unique among them, and a module of Node imported in one way. Throws if an import is not a program.
 */
export function joinedModules(scripts: Scripts, program: ScriptFile): string {
  const files: string[] = [];
  const add = (file: string): void => {
    if (files.includes(file)) return;
    for (const [, name = ''] of textOf(scripts, file).matchAll(LOCAL_IMPORT)) add(name);
    files.push(file);
  };
  add(program);
  const texts = files.map((file) => textOf(scripts, file).replace(LOCAL_IMPORT, ''));
  const required = texts.flatMap((text) =>
    [...text.matchAll(NODE_IMPORT)].map(([, names = '', module = '']) => `const ${names} = require('${module}');\n`),
  );
  const rest = texts.map((text) => text.replace(NODE_IMPORT, '').replace(/^export /gm, ''));
  return [...new Set(required), ...rest].join('');
}

const LOCAL_IMPORT = /^import [^;]* from '\.{1,2}\/(?:[^']*\/)?([^'/]+)';\n/gm;
const NODE_IMPORT = /^import ([^;]*) from '(node:[^']+)';\n/gm;

function textOf(scripts: Readonly<Record<string, string>>, file: string): string {
  const text = scripts[file];
  if (text === undefined) throw new Error(`${file} is not a program that runs in pods`);
  return `${text}\n`;
}
