/**
 * Explanations of problems that the command detects itself: in the text of files, and in the requirements of a run on
 * this machine.
 *
 * Problems in the content of manifests come from packages/tekton, whose table has the same structure; `explanations.ts`
 * combines both.
 */

import { commands } from './example.js';
import type { Explanation } from './explanation.js';

const map = (lines: string): string => `apiVersion: v1
kind: ConfigMap
metadata:
  name: settings
${lines}`;

/** Explanations by code. */
export const FILE_PROBLEMS: Readonly<Record<string, Explanation>> = {
  FILE_UNREADABLE: {
    severity: 'error',
    title: 'A file cannot be read',
    why: 'It does not exist, is not a regular file, or the user may not read it.',
    fix: 'Name a file, a folder with *.yaml, *.yml or *.json files, or `-` for standard input.',
    example: commands('pipewright lint manifest', 'pipewright lint manifests'),
  },
  FILE_TOO_LARGE: {
    severity: 'error',
    title: 'A file is too large',
    why: 'Files are read up to 4 MiB. Kubernetes itself takes no object above 1.5 MB.',
    fix: 'Split the file.',
    example: commands('cat *.yaml > all.yaml; pipewright lint all.yaml', 'pipewright lint *.yaml'),
  },
  FILE_ENCODING: {
    severity: 'error',
    title: 'A file is not UTF-8 text',
    why: 'Kubernetes reads UTF-8. A file in another encoding would be read with other characters than were written.',
    fix: 'Save the file as UTF-8.',
    example: commands(
      'iconv -t UTF-16 task.yaml > task-16.yaml; pipewright lint task-16.yaml',
      'iconv -f UTF-16 -t UTF-8 task-16.yaml > task.yaml; pipewright lint task.yaml',
    ),
  },
  NO_OBJECTS: {
    severity: 'error',
    title: 'No objects were found',
    why: 'The files and folders hold no YAML or JSON of Kubernetes.',
    fix: 'Name the files with the manifests. A program of constructs writes them when it runs: `npx cdk8s synth`.',
    example: commands('pipewright lint src', 'npx cdk8s synth; pipewright lint dist'),
  },
  TOO_MANY_FILES: {
    severity: 'error',
    title: 'A folder holds too many files',
    why: 'Folders are read up to a number of entries, so that a command in the wrong directory ends soon.',
    fix: 'Name the files or folders with the manifests, or leave some out with `--exclude`.',
    example: commands('pipewright lint ~', 'pipewright lint ~/app/.tekton'),
  },
  NOT_AN_OBJECT: {
    severity: 'error',
    title: 'A document is not a manifest',
    why: 'A manifest is an object with `apiVersion` and `kind`. `pipewright.yaml` belongs to the option `--config`.',
    fix: 'Begin with `apiVersion:`, or leave the file out.',
    example: { wrong: 'hello\n', right: map('') },
  },
  YAML_SYNTAX: {
    severity: 'error',
    title: 'The text is not YAML',
    why: 'A quote or bracket is not closed, a value holds `: `, a template is not rendered, or a merge conflict is left.',
    fix: 'Look at the marked place and the line above it.',
    example: { wrong: map('data:\n  greeting: "hello\n'), right: map('data:\n  greeting: "hello"\n') },
  },
  YAML_INDENTATION: {
    severity: 'error',
    title: 'The indentation is lost',
    why: 'Text that was copied from a web page or a chat often loses its leading spaces. The keys then belong to another object.',
    fix: 'Indent the lines that belong below the marked key.',
    example: { wrong: 'apiVersion: v1\nkind: ConfigMap\nmetadata:\nname: settings\n', right: map('') },
  },
  YAML_TAB: {
    severity: 'error',
    title: 'A line is indented with a tab',
    why: 'YAML does not allow it.',
    fix: 'Indent with spaces.',
    example: { wrong: map('data:\n\tgreeting: hello\n'), right: map('data:\n  greeting: hello\n') },
  },
  YAML_CHARACTER: {
    severity: 'error',
    title: 'A character only looks like the one that YAML wants',
    why: 'Word processors and web pages replace quotes, dashes, colons and spaces with typographic ones.',
    fix: 'Type the plain character; put the text in straight quotes if the character belongs to it.',
    example: { wrong: map('data:\n  greeting: “hello”\n'), right: map('data:\n  greeting: "hello"\n') },
  },
  YAML_DUPLICATE_KEY: {
    severity: 'error',
    title: 'A key occurs twice in one object',
    why: 'kubectl keeps the last one without a word.',
    fix: 'Remove one of them, or correct the indentation if it belongs elsewhere.',
    example: { wrong: map('data:\n  a: one\n  a: two\n'), right: map('data:\n  a: one\n  b: two\n') },
  },
  YAML_KEY: {
    severity: 'error',
    title: 'A key is not text',
    why: 'Keys of JSON objects are strings.',
    fix: 'Put the key in quotes.',
    example: { wrong: map('data:\n  [a]: one\n'), right: map('data:\n  "[a]": one\n') },
  },
  YAML_ALIAS: {
    severity: 'error',
    title: 'An alias has no anchor',
    why: '`*name` stands for the value that `&name` marks earlier in the same document.',
    fix: 'Add the anchor, or put the text in quotes if it is not an alias.',
    example: { wrong: map('data:\n  files: *.ts\n'), right: map('data:\n  files: "*.ts"\n') },
  },
  YAML_MERGE: {
    severity: 'error',
    title: 'A merge key is given something that is not an object',
    why: '`<<` copies the entries of an object.',
    fix: 'Merge an alias of an object, as in `<<: *defaults`.',
    example: { wrong: map('data:\n  <<: text\n'), right: map('data:\n  <<: { a: text }\n') },
  },
  YAML_NUMBER: {
    severity: 'error',
    title: 'A number has no form in JSON',
    why: 'Kubernetes stores JSON, which has no infinity and no NaN.',
    fix: 'Put it in quotes if it is text.',
    example: { wrong: map('data:\n  limit: .inf\n'), right: map('data:\n  limit: ".inf"\n') },
  },
  YAML_BOOLEAN: {
    severity: 'warning',
    title: 'A word is read as a boolean',
    why: 'kubectl reads `y`, `yes`, `on`, `n`, `no` and `off` without quotes as true and false.',
    fix: 'Put the word in quotes if it is text; otherwise write `true` or `false`.',
    example: { wrong: map('data:\n  country: no\n'), right: map('data:\n  country: "no"\n') },
  },
  YAML_TAG: {
    severity: 'error',
    title: 'A YAML tag has no meaning for Kubernetes',
    why: 'Kubernetes stores JSON, which has no such types.',
    fix: 'Remove the tag.',
    example: { wrong: map('data:\n  day: !!timestamp 2024-01-31\n'), right: map('data:\n  day: 2024-01-31\n') },
  },
  YAML_TOO_COMPLEX: {
    severity: 'error',
    title: 'A document is too complex',
    why: 'Aliases that multiply and deep nesting would exhaust whatever reads them.',
    fix: 'Write the values out, split the file, or use fewer aliases of aliases.',
    example: {
      wrong:
        'a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b, *b, *b] # and so on\n',
      right: 'a: [x, x, x]\n',
    },
  },
  IMAGE_NO_STAND_IN: {
    severity: 'error',
    title: 'No stand-in for an image',
    why: '`pipewright run` downloads no images. A directory, an archive or the files of this machine take the place of each.',
    fix: 'Give `--image NAME=…`, or an entry below `images` of pipewright.yaml.',
    example: commands(
      'pipewright run',
      'docker save golang:1.22 > golang.tar; pipewright run --image golang:1.22=docker-archive:golang.tar',
    ),
  },
  COMMAND_UNKNOWN: {
    severity: 'error',
    title: 'It is not known what a step runs',
    why: "The step has no command and no script, so its image's entrypoint would run, which the stand-in does not have.",
    fix: 'Give the step a command, or an `entrypoint` to the image in pipewright.yaml.',
    example: {
      wrong: 'steps:\n- name: build\n  image: golang:1.22\n',
      right: 'steps:\n- name: build\n  image: golang:1.22\n  command: [go, build]\n',
    },
  },
  CONFIG_MAP_MISSING: {
    severity: 'error',
    title: 'A ConfigMap does not exist',
    why: 'The pod would wait for it until its timeout.',
    fix: 'Add the ConfigMap to the manifests.',
    example: {
      wrong: 'envFrom:\n- configMapRef:\n    name: setings\n',
      right: 'envFrom:\n- configMapRef:\n    name: settings\n',
    },
  },
  CONFIG_MAP_KEY_MISSING: {
    severity: 'error',
    title: 'A ConfigMap has no such key',
    why: 'The pod would wait for the key until its timeout.',
    fix: 'Correct the key, add it to the ConfigMap, or mark the reference `optional: true`.',
    example: {
      wrong: 'valueFrom:\n  configMapKeyRef:\n    name: settings\n    key: levl\n',
      right: 'valueFrom:\n  configMapKeyRef:\n    name: settings\n    key: level\n',
    },
  },
  SECRET_KEY_MISSING: {
    severity: 'error',
    title: 'A Secret has no such key',
    why: 'The pod would wait for the key until its timeout.',
    fix: 'Correct the key, add it to the Secret, or mark the reference `optional: true`.',
    example: {
      wrong: 'valueFrom:\n  secretKeyRef:\n    name: registry\n    key: pasword\n',
      right: 'valueFrom:\n  secretKeyRef:\n    name: registry\n    key: password\n',
    },
  },
  VOLUME_CLAIM_MISSING: {
    severity: 'error',
    title: 'A PersistentVolumeClaim does not exist',
    why: 'The pod would wait for it until its timeout.',
    fix: 'Add the PersistentVolumeClaim to the manifests. Any storage class is accepted: a claim is a directory on this machine.',
    example: {
      wrong: 'workspaces:\n- name: cache\n  persistentVolumeClaim:\n    claimName: cahce\n',
      right: 'workspaces:\n- name: cache\n  persistentVolumeClaim:\n    claimName: cache\n',
    },
  },
  STAND_IN_UNUSED: {
    severity: 'warning',
    title: 'A stand-in is for nothing that the manifests have',
    why: 'It may be misspelt; what it was meant for then has none. It is an error for an option of the command line.',
    fix: 'Correct the name, or remove the entry.',
    example: commands('pipewright run --source ap=.', 'pipewright run --source app=.'),
  },
  CONFIG_INVALID: {
    severity: 'error',
    title: 'pipewright.yaml is invalid',
    why: 'An entry is of the wrong type, or names something that does not exist.',
    fix: 'See `pipewright run --help` for an example of the file.',
    example: {
      wrong: 'images:\n- golang:1.22\n',
      right: 'images:\n  golang:1.22: docker-archive:golang.tar\n',
    },
  },
};
