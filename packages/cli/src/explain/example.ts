/** Helpers that build the example manifests of explanations. */

import type { Example } from './explanation.js';

/** The fix for a problem, with a manifest that has the problem and the fixed manifest. */
export interface Remedy {
  readonly fix: string;
  readonly example: Example;
}

/** Creates a remedy from an invalid manifest and the replacements that fix it. */
export function remedy(fix: string, manifest: string, ...changes: readonly (readonly [string, string])[]): Remedy {
  const fixed = changes.reduce((text, [wrong, better]) => text.replace(wrong, () => better), manifest);
  return { fix, example: { wrong: manifest, right: fixed } };
}

/** Creates an example from a command line with a problem, and the fixed one. */
export const commands = (wrong: string, right: string): Example => ({
  language: 'sh',
  wrong: `${wrong}\n`,
  right: `${right}\n`,
});

const tektonManifest = (kind: string, name: string, spec: string): string =>
  `apiVersion: tekton.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${indented(spec)}`;

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** Returns a Task. */
export const task = (spec: string): string => tektonManifest('Task', 'compile', spec);

/** Returns a Task with one step that has these additional fields. */
export const step = (fields: string, others = ''): string =>
  task(`${others}steps:\n- name: build\n  image: golang:1.22\n${indented(fields)}`);

/** Returns a Pipeline. */
export const pipeline = (spec: string): string => tektonManifest('Pipeline', 'release', spec);

/** Returns a PipelineRun. */
export const pipelineRun = (spec: string): string => tektonManifest('PipelineRun', 'release-1', spec);

/** Returns a TaskRun. */
export const taskRun = (spec: string): string => tektonManifest('TaskRun', 'compile-1', spec);

/** Returns a PipelineResource. */
export const pipelineResource = (spec: string): string => tektonManifest('PipelineResource', 'source', spec);

/** Returns a Condition. */
export const condition = (spec: string): string => tektonManifest('Condition', 'on-main', spec);

/** Joins several documents into one file. */
export const documents = (...all: readonly string[]): string => all.join('---\n');

/** A minimal Task, for examples that refer to one. */
export const COMPILE = step('command: [go, build]\n');
