/**
 * Generates `docs/how-to.md`: a link to each example's README.
 */

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const examples = resolve(import.meta.dirname, '../examples');

/** Returns the page: the title of each example, in order of their folders. */
export function howToPage(): string {
  const lines = readdirSync(examples)
    .filter((name) => existsSync(join(examples, name, 'README.md')))
    .toSorted()
    .map((name) => {
      const [heading = ''] = readFileSync(join(examples, name, 'README.md'), 'utf8').split('\n');
      return `- [${heading.replace(/^# /, '')}](../examples/${name}/README.md)`;
    });
  return `# How-to

One example for each use case. Each folder contains the program, the manifests that it synthesizes (\`expected/\`) and the stand-ins for your machine (\`pipewright.yaml\`). The tests compare the manifests and run each example.

${lines.join('\n')}

This page is generated from the titles of the examples (\`npm run docs\`).
`;
}
