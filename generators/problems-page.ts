/**
 * Generates `docs/problems.md` from the tables of problems: those of packages/tekton and those of the command.
 */

import { explainedCodes, explanationOf } from '../packages/cli/src/explain/explanations.js';
import type { Explanation } from '../packages/cli/src/explain/explanation.js';

const HEAD = `# Problems

A problem is a mistake in a manifest or a program. Each problem has a code. Synth, \`pipewright lint\`, the embedded cluster and the controller run the same checks
(\`packages/tekton\`), so a mistake has the same code and message everywhere.

An **error** cannot work as written. A **warning** works, but is likely to cause trouble. Each message contains the place, the value, and how to fix it.

\`pipewright explain CODE\` prints the sections of this page in a terminal. Only the command reports the codes of files (\`YAML_…\`, \`FILE_…\`) and of this machine. Only the constructs report the
codes with examples in TypeScript, when the program runs or is synthesized.

This page is generated from the tables of problems (\`npm run docs\`).
`;

/** Returns the page, in order of the codes. */
export function problemsPage(): string {
  const entries = explainedCodes().flatMap((code) => {
    const explanation = explanationOf(code);
    return explanation ? [{ code, ...explanation }] : [];
  });
  const rows = entries.map(
    ({ code, severity, title }) => `| [${code}](#${code.toLowerCase()}) | ${severity} | ${title} |`,
  );
  return `${HEAD}\n| code | severity | title |\n| --- | --- | --- |\n${rows.join('\n')}\n\n${entries.map(section).join('\n')}`;
}

function section({ code, severity, title, why, fix, example }: Explanation & { readonly code: string }): string {
  const block = (text: string): string => `\`\`\`${example.language ?? 'yaml'}\n${text}\`\`\`\n`;
  const shown = `\nWrong:\n\n${block(example.wrong)}\nRight:\n\n${block(example.right)}`;
  return `## ${code}\n\n_${severity}_: ${title}.\n\n${why}\n\n${fix}\n${shown}`;
}
