import { expect, test } from '@jest/globals';
import { instructionsIn } from './documented.js';

test('reads commands, their output and files from a page', () => {
  const page = `# A page

    npm ci && npm start     # the whole way
    CDK8S_OUTDIR=out node main.ts

It prints:

    [test : unit] tested

\`main.ts\`, which is short:

\`\`\`ts
app.synth();
\`\`\`

And this is no file:

\`\`\`ts
const a = 1;
\`\`\`
`;
  expect(instructionsIn(page)).toEqual([
    { kind: 'command', text: 'npm ci && npm start' },
    { kind: 'command', text: 'CDK8S_OUTDIR=out node main.ts' },
    { kind: 'output', text: '[test : unit] tested' },
    { kind: 'file', name: 'main.ts', text: 'app.synth();\n' },
  ]);
});
