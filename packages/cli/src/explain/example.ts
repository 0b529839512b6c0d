/** Builders of the manifests that explanations show. */

import type { Example } from './explanation.js';

/** How a problem is put right, with a manifest that has it and the same without it. */
export interface Remedy {
  readonly fix: string;
  readonly example: Example;
}

/** A manifest with a mistake, and the text that takes its place. Several mistakes may be given. */
export function remedy(fix: string, manifest: string, ...changes: readonly (readonly [string, string])[]): Remedy {
  const right = changes.reduce((text, [wrong, better]) => text.replace(wrong, () => better), manifest);
  return { fix, example: { wrong: manifest, right } };
}

/** A command line that has a problem, and the same without it. */
export const commands = (wrong: string, right: string): Example => ({
  language: 'sh',
  wrong: `${wrong}\n`,
  right: `${right}\n`,
});

const object = (kind: string, name: string, spec: string): string =>
  `apiVersion: tekton.dev/v1alpha1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${indented(spec)}`;

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ');

/** A Task. */
export const task = (spec: string): string => object('Task', 'compile', spec);

/** A Task with one step that has these fields more. */
export const step = (fields: string, others = ''): string =>
  task(`${others}steps:\n- name: build\n  image: golang:1.22\n${indented(fields)}`);

/** A Pipeline. */
export const pipeline = (spec: string): string => object('Pipeline', 'release', spec);

/** A PipelineRun. */
export const pipelineRun = (spec: string): string => object('PipelineRun', 'release-1', spec);

/** A TaskRun. */
export const taskRun = (spec: string): string => object('TaskRun', 'compile-1', spec);

/** A PipelineResource. */
export const resource = (spec: string): string => object('PipelineResource', 'source', spec);

/** A Condition. */
export const condition = (spec: string): string => object('Condition', 'on-main', spec);

/** Several documents of one file. */
export const documents = (...all: readonly string[]): string => all.join('---\n');

/** A short Task that compiles, for what refers to one. */
export const COMPILE = step('command: [go, build]\n');
