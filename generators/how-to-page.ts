/**
 * `docs/how-to.md`: one line for each example, whose README is the how-to.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const examples = resolve(import.meta.dirname, '../examples');

/** The page, in order of the folders' names; the examples' own headings say what they are for. */
export function howToPage(): string {
  const lines = readdirSync(examples)
    .filter((name) => existsSync(join(examples, name, 'README.md')))
    .toSorted()
    .map((name) => {
      const [heading = ''] = readFileSync(join(examples, name, 'README.md'), 'utf8').split('\n');
      return `- [${heading.replace(/^# /, '')}](../examples/${name}/README.md)`;
    });
  return `# How-to

One example for each wish. Each folder has the program, what it must synthesize (\`expected/\`) and what stands in for it on your machine; the tests hold both and run it.

${lines.join('\n')}

This page is generated from the headings of the examples (\`npm run docs\`).
`;
}
