/**
 * `docs/problems.md`: every problem of the table in packages/tekton, in words.
 */

import { PROBLEMS, type ProblemCode } from '@pipewright/tekton';

interface Entry {
  readonly code: string;
  readonly severity: string;
  readonly title: string;
  readonly why: string;
}

const HEAD = `# Problems

Everything Pipewright says about a manifest has a code, and one place where it is found: \`packages/tekton\`. Synth, \`pipewright lint\`, the embedded cluster
and the controller all ask there, so a mistake has one sentence wherever it is met.

An **error** cannot work as written. A **warning** works, and is likely to hurt. Each problem names its place, what was found there, and what to change.

This page is generated from the table (\`npm run docs\`).
`;

/** The page, in order of the codes. */
export function problemsPage(): string {
  const codes = Object.keys(PROBLEMS) as ProblemCode[]; // the keys of the table are its codes
  const entries: Entry[] = codes.toSorted().map((code) => {
    const { severity, title, why } = PROBLEMS[code];
    return { code, severity, title, why };
  });
  const rows = entries.map(
    ({ code, severity, title }) => `| [${code}](#${code.toLowerCase()}) | ${severity} | ${title} |`,
  );
  const sections = entries.map(
    ({ code, severity, title, why }) => `## ${code}\n\n_${severity}_: ${title}.\n\n${why}\n`,
  );
  return `${HEAD}\n| code | severity | what |\n| --- | --- | --- |\n${rows.join('\n')}\n\n${sections.join('\n')}`;
}
