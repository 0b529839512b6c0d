/**
 * Problems in programs that use constructs, found by the library at construction or synthesis.
 *
 * Separate from the table of manifests, since they do not occur in YAML. They are in this package because `pipewright
 * explain` shows them and must not import the library.
 */

import { error, type ProblemDefinition } from './problem.js';

/** Rows about programs, by code. */
export const CONSTRUCT_PROBLEMS = {
  FOREIGN_REFERENCE: error<{ what: string; owner: string; fix: string }>(
    'A reference belongs to another construct',
    'References to params, resources and results have a meaning only in the task or pipeline that declares them.',
    ({ what, owner }) => `${what} belongs to ${owner}`,
    ({ fix }) => fix,
  ),
  ARRAY_IN_STRING: error<{ reference: string }>(
    'An array is part of a string',
    'Tekton substitutes an array only if the reference is a whole list element; inside a string the reference remains as text.',
    ({ reference }) => `the array ${reference} cannot be part of a string`,
    () => 'pass the reference itself as an element of command or args',
  ),
  TASK_TWICE: error<{ name: string }>(
    'Two tasks of a pipeline have one name',
    'Results, `runAfter` and the names of TaskRuns refer to the tasks of a pipeline by name.',
    ({ name }) => `duplicate task name "${name}"`,
    () => 'give each task of a pipeline its own name',
  ),
  RESOURCES_DIFFER: error<{ input: string; task: string; first: string; other: string }>(
    'One input is bound to two resources',
    'A list of resources states which tasks a resource comes from, so all its elements must be the same resource.',
    ({ input, task, first, other }) => `input "${input}" of task "${task}" is bound to both "${first}" and "${other}"`,
    () => 'use the same resource in all elements of the list',
  ),
  PIPELINE_EMPTY: error<object>(
    'A pipeline adds no tasks',
    'Tekton rejects a pipeline without tasks.',
    () => 'this pipeline has no tasks',
    () => 'add one in `tasks`: (pipeline) => { pipeline.task("test", testTask) }',
  ),
  NAME_OR_GENERATE_NAME: error<{ mode?: string | undefined }>(
    'A run has both a name and a generateName',
    'The API server generates a name only for an object without a name.',
    ({ mode }) =>
      mode === undefined ? 'a run has a name or a generateName' : `a run of mode "${mode}" has no generateName`,
    () => 'remove one of them',
  ),
  HOOK_WITHOUT_MODE: error<{ mode: string }>(
    'Argo CD hook settings are set on a run of another mode',
    'They would have no effect: only a run with the mode `argocd-hook` has the annotations of a hook.',
    ({ mode }) => `a run of mode "${mode}" is not a hook of Argo CD`,
    () => "remove argocdHook, or set mode: 'argocd-hook'",
  ),
  SIGNATURE_WRONG: error<{ faults: readonly string[] }>(
    'A signature does not fit its manifest',
    'The signature declares the types of a task or pipeline that is defined in YAML.',
    ({ faults }) => `the signature does not fit the manifest: ${faults.join('; ')}`,
    () => 'declare the params, resources and results of the manifest',
  ),
  MANIFEST_UNFIT: error<{ kind: string; apiVersion: string; found: readonly string[] }>(
    'A manifest does not contain exactly one object of the required kind',
    'A construct represents one object of one kind.',
    ({ kind, apiVersion, found }) =>
      `this must be exactly one ${kind} of ${apiVersion} with a spec, and is ${found.join(', ') || 'empty'}`,
    () => 'pass one object, or the YAML text of one',
  ),
  MANIFEST_NOT_YAML: error<{ fault: string }>(
    'The text of a manifest is not YAML',
    '`fromManifest` accepts the text of a file, or an object.',
    ({ fault }) => `the text is not YAML: ${fault}`,
    () => 'pass the text of the file, not its name',
  ),
  NOT_SEALED: error<{ key: string }>(
    'A value of a SealedSecret is not sealed',
    'It may be the secret itself, which everyone who can read the manifests would see.',
    ({ key }) => `the value of "${key}" is not an output of kubeseal`,
    () => 'seal it with `kubeseal --raw`, and change the password if it was one',
  ),
  TEMPLATE_IN_TEXT: error<object>(
    'A text for the External Secrets Operator contains a template',
    'The operator replaces everything between `{{` and `}}`.',
    () => 'the External Secrets Operator would replace the {{…}} in this text',
    () => 'keep the value in the store',
  ),
  STRING_CHANGED: error<object>(
    'kubectl would read a different value than the program wrote',
    "cdk8s's own `App` writes YAML 1.1, and kubectl reads some of it by other rules: `0o17` becomes the number 15.",
    () => 'kubectl would read another value than this string from the YAML that cdk8s writes',
    () => 'use TektonApp instead of App: it writes strings that all YAML readers read alike',
  ),
  STRING_BROKEN: error<object>(
    'A string contains half of a surrogate pair',
    'A text was cut in the middle of a character; neither YAML nor JSON can represent the rest.',
    () => 'this string ends or begins in the middle of a character',
    () => 'cut strings between characters: [...text].slice(…) instead of text.slice(…)',
  ),
  LABEL_PRUNES: error<{ kind: string }>(
    'A label makes Argo CD delete runs',
    'Runs and pods inherit the labels of Tasks and Pipelines. Argo CD treats every object with `app.kubernetes.io/instance` as its own, and prunes those that are not in Git.',
    ({ kind }) =>
      `the label of this ${kind} is copied to every run and pod, which Argo CD then treats as its own and deletes`,
    () => 'use another label, and annotation tracking in Argo CD',
  ),
  FILE_TWICE: error<{ file?: string | undefined }>(
    'Two objects or charts would be written to one file',
    'The second file would replace the first.',
    ({ file }) =>
      file === undefined
        ? 'the file of this object would overwrite that of another one with the same kind and name'
        : `${file} would be written twice`,
    ({ file }) =>
      file === undefined
        ? 'use TektonApp with `filePerResource`, which puts the namespace into the name, or one file per chart'
        : 'give the charts, or the objects, different names',
  ),
  FILE_AMONG_MANIFESTS: error<{ directory: string }>(
    'The configuration of kustomize would be in the directory of the manifests',
    'Every file of that directory is applied as a manifest.',
    ({ directory }) =>
      `the configuration of kustomize would be in ${directory}, where every file is applied as a manifest`,
    () => 'write it beside your kustomization',
  ),
  NOT_A_WARNING: error<{ code: string; isError: boolean; guess: string }>(
    'An acknowledged code is not the code of a warning',
    'Errors cannot be acknowledged, and a misspelt code has no effect.',
    ({ code, isError }) =>
      isError ? `${code} is an error, which cannot be acknowledged` : `${code} is not the code of a warning`,
    ({ isError, guess }) => (isError ? 'fix the error' : guess),
  ),
} as const;

/** The code of a row. */
export type ConstructProblemCode = keyof typeof CONSTRUCT_PROBLEMS;

/** The values that the message and hint of a row contain. */
export type ConstructFactsOf<C extends ConstructProblemCode> =
  (typeof CONSTRUCT_PROBLEMS)[C] extends ProblemDefinition<infer Facts> ? Facts : never;

/** Returns the message and hint of a problem in a program. */
export function constructProblem<C extends ConstructProblemCode>(
  code: C,
  details: ConstructFactsOf<C>,
): { readonly code: C; readonly severity: 'error'; readonly message: string; readonly hint: string } {
  const row = CONSTRUCT_PROBLEMS[code] as unknown as ProblemDefinition<ConstructFactsOf<C>>; // typed as a union
  return { code, severity: 'error', message: row.message(details), hint: row.hint(details) };
}
