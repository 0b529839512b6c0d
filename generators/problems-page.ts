/**
 * `docs/problems.md`: every problem of the tables in packages/tekton and of the command, in words.
 */

import { explainedCodes, explanationOf } from '../packages/cli/src/explain/explanations.js';
import type { Explanation } from '../packages/cli/src/explain/explanation.js';

const HEAD = `# Problems

Everything Pipewright says about a manifest has a code, and one place where it is found: \`packages/tekton\`. Synth, \`pipewright lint\`, the embedded cluster
and the controller all ask there, so a mistake has one sentence wherever it is met.

\`pipewright explain CODE\` prints the same in a terminal. Codes of files (\`YAML_…\`, \`FILE_…\`) and of what a run needs on this machine are found by the command alone; those
with examples in TypeScript by the constructs, when the program runs or is synthesized.

An **error** cannot work as written. A **warning** works, and is likely to hurt. Each problem names its place, what was found there, and what to change.

This page is generated from the table (\`npm run docs\`).
`;

/** The page, in order of the codes. */
export function problemsPage(): string {
  const entries = explainedCodes().flatMap((code) => {
    const explanation = explanationOf(code);
    return explanation ? [{ code, ...explanation }] : [];
  });
  const rows = entries.map(
    ({ code, severity, title }) => `| [${code}](#${code.toLowerCase()}) | ${severity} | ${title} |`,
  );
  return `${HEAD}\n| code | severity | what |\n| --- | --- | --- |\n${rows.join('\n')}\n\n${entries.map(section).join('\n')}`;
}

function section({ code, severity, title, why, fix, example }: Explanation & { readonly code: string }): string {
  const block = (text: string): string => `\`\`\`${example.language ?? 'yaml'}\n${text}\`\`\`\n`;
  const shown = `\nWrong:\n\n${block(example.wrong)}\nRight:\n\n${block(example.right)}`;
  return `## ${code}\n\n_${severity}_: ${title}.\n\n${why}\n\n${fix}\n${shown}`;
}
