/** What help does not say about each command: exit statuses and examples with their output. `test/commands-page.test.ts` runs the examples. */

import { DEFAULT_IMAGES } from '../../packages/controller/src/run/options.js';

/** A command line with its result. */
export interface CommandExample {
  readonly purpose: string;
  readonly command: string;
  readonly status: number;
  /** Standard output. Absent: the page does not show it. Durations and generated names differ from run to run. */
  readonly output?: string;
}

/** Additional text for a command. */
export interface CommandNotes {
  readonly statuses: Readonly<Record<number, string>>;
  readonly examples: readonly CommandExample[];
  /** Markdown after the options. */
  readonly text?: string;
}

/** The files of the examples. */
export const EXAMPLE_FILES: Readonly<Record<string, string>> = {
  'ci.yaml': `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata:
  name: test
spec:
  inputs:
    params:
      - name: package
  steps:
    - name: unit
      image: golang:1.22
      command: [go, test, $(inputs.params.package)]
---
apiVersion: tekton.dev/v1alpha1
kind: Pipeline
metadata:
  name: ci
spec:
  params:
    - name: package
      default: ./...
  tasks:
    - name: test
      taskRef:
        name: test
      params:
        - name: package
          value: $(params.package)
`,
  'wrong.yaml': `apiVersion: tekton.dev/v1alpha1
kind: Task
metadata:
  name: test
spec:
  steps:
    - name: unit
      image: golang:1.22
      comand: [make, test]
`,
};

/** The option that replaces each of the controller's images. */
const IMAGE_OPTIONS: { readonly [Name in keyof typeof DEFAULT_IMAGES]: string } = {
  git: '--git-image',
  shell: '--shell-image',
  lent: '--busybox-image',
  nop: '--nop-image',
  gsutil: '--gsutil-image',
  node: '--node-image',
};

const defaultImages = (): string =>
  Object.entries(IMAGE_OPTIONS)
    .map(([name, option]) => `\`${option} ${DEFAULT_IMAGES[name as keyof typeof DEFAULT_IMAGES]}\``) // a key of the table
    .join(', ');

const USAGE = 'the command line or the manifests are invalid; nothing was run';
const OWN = 'the output could not be written, the disk is full, or an internal error';
const SIGNALS = { 130: 'interrupted by Ctrl-C', 143: 'ended by SIGTERM' };

/** The notes, by command. */
export const COMMAND_NOTES: Readonly<Record<string, CommandNotes>> = {
  run: {
    statuses: {
      0: 'every run succeeded',
      1: 'a run failed or was cancelled',
      2: USAGE,
      3: 'this machine cannot run containers',
      5: OWN,
      124: '`--timeout` expired, or runs failed only because of their own timeouts',
      ...SIGNALS,
    },
    text: `Without \`--run\`, \`--pipeline\` and \`--task\`, the command starts every PipelineRun and TaskRun of the manifests. Log lines have the form \`[task : step] line\`. Notes, problems and errors go to standard error
before the runs start; events and log lines go to standard output. With \`-o json\`, standard output contains one [event](#events) per line.

The command reports every image without a stand-in before it starts a run. \`--image\` and \`--source\` override entries of the same name in [\`pipewright.yaml\`](#pipewrightyaml). \`run\` searches the file beside the
manifests, in the folder above them, and in the working directory; \`--config\` names it.`,
    examples: [
      {
        purpose: 'Try the graph of a Pipeline without running any program:',
        command: 'pipewright run ci.yaml --pipeline ci -p package=./cmd --runtime fake',
        status: 0,
        output: `runtime fake (scripted, no processes); no commands are executed
--- PipelineRun ci-run-4gfp4 in namespace default
--- ✔ test Succeeded 0.3s

Succeeded  ci-run-4gfp4  in 0.3s  (1 task: 1 succeeded)
  ✔ test  0.3s
`,
      },
      {
        purpose: 'Print events for a script:',
        command: 'pipewright run ci.yaml --task test -p package=./cmd --runtime fake -o json',
        status: 0,
      },
    ],
  },
  up: {
    statuses: {
      0: 'stopped by Ctrl-C or SIGTERM',
      2: 'the command line or `pipewright.yaml` is invalid, or a directory, file or port cannot be used',
      3: 'this machine cannot run containers',
      5: OWN,
    },
    text: `\`up\` prints the address and the kubeconfig when the cluster is ready. A second process with the same \`--data-dir\` is rejected.`,
    examples: [],
  },
  controller: {
    statuses: {
      0: 'stopped by Ctrl-C or SIGTERM',
      2: 'the command line is invalid',
      3: 'the cluster cannot be reached, or rejects the CustomResourceDefinitions',
      5: OWN,
    },
    text: `Default images: ${defaultImages()}.`,
    examples: [],
  },
  lint: {
    statuses: {
      0: 'no errors; warnings do not count',
      1: 'errors',
      2: 'no file could be read, or the command line is invalid',
      5: OWN,
    },
    text: `Values of Secrets are masked in every format. The formats of \`-o\`:

| format   | use                                                                                                                                    |
| -------- | -------------------------------------------------------------------------------------------------------------------------------------- |
| \`json\`   | scripts: \`{ findings: [{ severity, code, place: { file, line, column }, message, hint, quote? }], objects }\`; fields may be added |
| \`sarif\`  | code scanning and editors: SARIF 2.1.0 with one rule for each code; paths are relative to the working directory                        |
| \`github\` | GitHub workflow commands, which annotate the lines of a pull request                                                                   |

Lines and columns start at 1; columns count UTF-16 code units.`,
    examples: [
      {
        purpose: 'Check a file:',
        command: 'pipewright lint wrong.yaml',
        status: 1,
        output: `wrong.yaml:9:7  error  FIELD_UNKNOWN  unknown field 'comand'
    9 |       comand: [make, test]
      |       ^
  hint: did you mean 'command'?
1 error (1 object checked)
`,
      },
      { purpose: 'Require that every reference resolves:', command: 'pipewright lint ci.yaml --complete', status: 0 },
    ],
  },
  explain: {
    statuses: { 0: 'the codes were explained', 2: 'a code does not exist' },
    text: '[Problems](problems.md) contains the same explanations.',
    examples: [
      { purpose: 'Explain two codes:', command: 'pipewright explain FIELD_UNKNOWN IMAGE_UNPINNED', status: 0 },
    ],
  },
  import: {
    statuses: {
      0: 'the program was written',
      1: 'the manifests contain errors: unreadable text, and nothing was written; or objects with errors, which the program contains unchanged',
      2: 'the command line is invalid, or the file of `--out` exists',
      5: OWN,
    },
    examples: [{ purpose: 'Write a program:', command: 'pipewright import ci.yaml --out ci.ts', status: 0 }],
  },
};
