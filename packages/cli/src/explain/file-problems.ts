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
    fix: 'Pass a file, a folder with *.yaml, *.yml or *.json files, or `-` for standard input.',
    example: commands('pipewright lint manifest', 'pipewright lint manifests'),
  },
  FILE_TOO_LARGE: {
    severity: 'error',
    title: 'A file is too large',
    why: 'The limit for a file is 4 MiB. Kubernetes itself rejects objects above 1.5 MB.',
    fix: 'Split the file.',
    example: commands('cat *.yaml > all.yaml; pipewright lint all.yaml', 'pipewright lint *.yaml'),
  },
  FILE_ENCODING: {
    severity: 'error',
    title: 'A file is not UTF-8 text',
    why: 'Kubernetes reads UTF-8, so the characters of a file in another encoding would change.',
    fix: 'Save the file as UTF-8.',
    example: commands(
      'iconv -t UTF-16 task.yaml > task-16.yaml; pipewright lint task-16.yaml',
      'iconv -f UTF-16 -t UTF-8 task-16.yaml > task.yaml; pipewright lint task.yaml',
    ),
  },
  NO_OBJECTS: {
    severity: 'error',
    title: 'No objects were found',
    why: 'The files and folders contain no Kubernetes objects in YAML or JSON.',
    fix: 'Pass the files with the manifests. A cdk8s program writes them when it runs: `npx cdk8s synth`.',
    example: commands('pipewright lint src', 'npx cdk8s synth; pipewright lint dist'),
  },
  TOO_MANY_FILES: {
    severity: 'error',
    title: 'A folder contains too many files',
    why: 'The number of entries that are read is limited, so that a command in the wrong directory ends soon.',
    fix: 'Pass the files or folders with the manifests, or exclude some with `--exclude`.',
    example: commands('pipewright lint ~', 'pipewright lint ~/app/.tekton'),
  },
  NOT_AN_OBJECT: {
    severity: 'error',
    title: 'A document is not a manifest',
    why: 'A manifest is an object with `apiVersion` and `kind`. Pass `pipewright.yaml` with `--config` instead.',
    fix: 'Add `apiVersion:` and `kind:`, or do not pass the file.',
    example: { wrong: 'hello\n', right: map('') },
  },
  YAML_SYNTAX: {
    severity: 'error',
    title: 'The text is not YAML',
    why: 'The usual reasons are a quote or bracket that is not closed, a value that contains `: `, a template that is not rendered, and an unresolved merge conflict.',
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
    why: 'YAML does not allow tabs in the indentation.',
    fix: 'Indent with spaces.',
    example: { wrong: map('data:\n\tgreeting: hello\n'), right: map('data:\n  greeting: hello\n') },
  },
  YAML_CHARACTER: {
    severity: 'error',
    title: 'A character only looks like the one that YAML requires',
    why: 'Word processors and web pages replace quotes, dashes, colons and spaces with typographic ones.',
    fix: 'Type the plain character, or put the text in straight quotes if the character is part of it.',
    example: { wrong: map('data:\n  greeting: “hello”\n'), right: map('data:\n  greeting: "hello"\n') },
  },
  YAML_DUPLICATE_KEY: {
    severity: 'error',
    title: 'A key occurs twice in one object',
    why: 'kubectl keeps the last one without a warning.',
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
    why: '`*name` refers to the value that `&name` marks earlier in the same document.',
    fix: 'Add the anchor, or put the text in quotes if it is not an alias.',
    example: { wrong: map('data:\n  files: *.ts\n'), right: map('data:\n  files: "*.ts"\n') },
  },
  YAML_MERGE: {
    severity: 'error',
    title: 'The value of a merge key is not an object',
    why: '`<<` copies the entries of an object.',
    fix: 'Merge an alias of an object, as in `<<: *defaults`.',
    example: { wrong: map('data:\n  <<: text\n'), right: map('data:\n  <<: { a: text }\n') },
  },
  YAML_NUMBER: {
    severity: 'error',
    title: 'A number cannot be represented in JSON',
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
    why: 'Kubernetes stores JSON, which does not have such types.',
    fix: 'Remove the tag.',
    example: { wrong: map('data:\n  day: !!timestamp 2024-01-31\n'), right: map('data:\n  day: 2024-01-31\n') },
  },
  YAML_TOO_COMPLEX: {
    severity: 'error',
    title: 'A document is too complex',
    why: 'Aliases that multiply, and deep nesting, would exhaust the memory of every program that reads the document.',
    fix: 'Write the values in full, split the file, or use fewer aliases of aliases.',
    example: {
      wrong:
        'a: &a [x, x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]\nc: [*b, *b, *b, *b, *b, *b, *b, *b, *b] # and so on\n',
      right: 'a: [x, x, x]\n',
    },
  },
  IMAGE_NO_STAND_IN: {
    severity: 'error',
    title: 'No stand-in for an image',
    why: '`pipewright run` does not download images. It uses a directory, an archive or the files of this machine as a stand-in for each.',
    fix: 'Pass `--image NAME=…`, or add an entry to `images` in pipewright.yaml.',
    example: commands(
      'pipewright run',
      'docker save golang:1.22 > golang.tar; pipewright run --image golang:1.22=docker-archive:golang.tar',
    ),
  },
  COMMAND_UNKNOWN: {
    severity: 'error',
    title: 'The command of a step cannot be determined',
    why: 'The step has neither a command nor a script, so it would run the entrypoint of its image, but the stand-in has no entrypoint.',
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
    title: 'A stand-in matches nothing in the manifests',
    why: 'Its name may be misspelled, and then the intended image, repository or registry has no stand-in. For an option of the command line it is an error.',
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
