/**
 * Problems of tasks and conditions: steps, params, variables, volumes.
 *
 * One row each; how rows are used is told in `problem.ts`.
 */

import { error, errorUnlessAdmitted, quoteList, suggestionOr, quote, displayValue, warning } from './problem.js';

/** Where a param is declared, and the variable that it is then. */
export interface DeclaredParam {
  readonly field: string;
  readonly variable: string;
}

/** Rows about what runs in a pod. */
export const TASK_PROBLEMS = {
  STEPS_MISSING: error<object>(
    'A task has no steps',
    'There is nothing to run.',
    () => 'this task has no steps',
    () => 'add `steps` with at least one step: a name, an image and a command or script',
  ),
  CHECK_MISSING: error<object>(
    'A condition has no check',
    'There is nothing to run.',
    () => 'this condition has no check',
    () => 'add `check` with an image and a command; its exit code decides',
  ),
  IMAGE_MISSING: error<{ what: string }>(
    'A step has no image',
    'There is nothing to run the step in. An image of `stepTemplate` counts for all steps.',
    ({ what }) => `this ${what} has no image`,
    () => 'add `image`, for example `image: ubuntu:24.04`',
  ),
  IMAGE_INVALID: error<{ image: string; reason: string }>(
    'An image name is malformed',
    'No container runtime can pull it: the pod would wait with InvalidImageName until its timeout.',
    ({ image, reason }) => `${quote(image)} is no image name: ${reason}`,
    () => 'write [REGISTRY/]NAME[:TAG] or NAME@sha256:DIGEST in small letters',
  ),
  IMAGE_UNPINNED: warning<{ image: string }>(
    'An image has no fixed version',
    'What runs tomorrow may differ from what runs today, and nothing in the manifest says so.',
    ({ image }) => `the image ${quote(image)} may change under the same name`,
    () => 'give it a version tag, or better a digest (`@sha256:…`)',
  ),
  SCRIPT_AND_COMMAND: error<object>(
    'A step has both a script and a command',
    'The script is the command; only one of them can run. `args` may stand beside it: the script gets them.',
    () => 'this step has both `script` and `command`',
    () => 'remove `command`, or call it from the script',
  ),
  SCRIPT_LINE_ENDS: warning<object>(
    'A script has Windows line ends',
    'The interpreter of the first line would be looked for under a name that ends in a carriage return.',
    () => 'the first line of this script ends in a carriage return',
    () => 'save the file with Unix line ends',
  ),
  SCRIPT_PARAM_UNQUOTED: warning<{ variables: readonly string[] }>(
    'A param is pasted into a shell script without quotes',
    'Its value becomes part of the program: spaces split it, and `; rm -rf .` in it runs.',
    ({ variables }) =>
      `${quoteList(variables.map((name) => `$(${name})`))} ${variables.length > 1 ? 'are' : 'is'} pasted unquoted into a shell script`,
    () => 'pass it as an environment variable and write "$NAME" in the script',
  ),
  QUOTES_CURLY: warning<{ sign: string }>(
    'Text has typographic quotes',
    'Shells know only straight quotes; curly ones come from word processors and web pages.',
    ({ sign }) =>
      `there is a typographic quote (U+${sign.charCodeAt(0).toString(16).toUpperCase()} ${sign}) in this text`,
    () => 'use straight quotes: \' or "',
  ),
  PARAM_DEFAULT_TYPE: error<{ name: string; type: string; got: string }>(
    "A param's default is of another type than the param",
    'The run would fail as soon as nobody gives a value.',
    ({ name, type, got }) => `the param ${quote(name)} is of type ${type}, but its default is ${got}`,
    ({ type }) =>
      type === 'array'
        ? 'write the default as a list, or set `type: string`'
        : 'write the default as a string, or set `type: array`',
  ),
  VARIABLE_UNKNOWN: errorUnlessAdmitted<{
    name: string;
    suggestion?: string | undefined;
    known: readonly string[];
    declare?: DeclaredParam;
  }>(
    'A variable is not declared',
    "It is left as it is, and the step gets the text `$(…)` itself. It is a warning where Tekton's admission lets it pass: in scripts, in Conditions, in values of params, and behind the name of a declared resource.",
    ({ name }) => `$(${displayValue(name)}) is not declared`,
    ({ name, suggestion, known, declare }) =>
      suggestion !== undefined
        ? `did you mean '$(${suggestion})'?`
        : known.length > 0
          ? `declared are: ${quoteList(known)}`
          : declare === undefined
            ? `declare it, or remove $(${displayValue(name)})`
            : `declare it under \`${declare.field}\`${declare.variable === name ? '' : `, and write $(${displayValue(declare.variable)})`}`,
  ),
  VARIABLE_MISSPELT: warning<{ name: string; suggestion?: string | undefined }>(
    'A variable looks misspelt',
    'It is left as it is; in a script the shell then runs it as a command.',
    ({ name }) => `$(${displayValue(name)}) is no variable and stays as it is`,
    ({ suggestion }) =>
      suggestion === undefined
        ? "a Task's variables begin with inputs. or outputs."
        : `did you mean '$(${suggestion})'?`,
  ),
  VARIABLE_NESTED: warning<{ name: string }>(
    'The value of a param mentions another param',
    'Params are filled in all at once, so a param in the value of another one stays text. Tekton v0.9.2 fills it in or not, by chance.',
    ({ name }) => `$(${displayValue(name)}) is not filled in within the value of a param`,
    () => 'write the value itself, or put both variables into the field that uses them',
  ),
  VARIABLE_OLD_SYNTAX: warning<{ name: string }>(
    'A variable is written in the syntax of Tekton 0.5',
    'Since v0.7 it stays as it is.',
    ({ name }) => `\${${displayValue(name)}} is the syntax of Tekton 0.5 and stays as it is`,
    ({ name }) => `write $(${displayValue(name)})`,
  ),
  VARIABLE_ARRAY_IN_STRING: errorUnlessAdmitted<{ name: string }>(
    'An array stands where one string is wanted',
    "Only elements of `command` and `args` can become several. It is a warning where Tekton's admission lets it pass, for example in scripts: the text stays as it is.",
    ({ name }) => `$(${displayValue(name)}) is an array, and this field holds one string`,
    () => 'use it as an element of `args`, or make the param a string',
  ),
  VARIABLE_ARRAY_NOT_ALONE: errorUnlessAdmitted<{ name: string }>(
    'An array has text around it',
    "An element that is an array becomes several elements, so nothing can stand before or after it. It is a warning in Conditions, where Tekton's admission lets it pass.",
    ({ name }) => `$(${displayValue(name)}) is an array and must be the whole element`,
    () => 'put it on a line of its own in the list',
  ),
  VOLUME_UNKNOWN: warning<{ name: string; suggestion?: string | undefined; known: readonly string[] }>(
    'A mounted volume is not declared in the task',
    "Unless a run's podTemplate brings it, the pod is refused.",
    ({ name }) => `this task has no volume ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'declare it under `volumes`'),
  ),
  MOUNT_RESERVED: error<{ mountPath: string; folder: string }>(
    "A mount lies over the controller's own files",
    'Below /tekton lie the files that order the steps and carry scripts and results; covering them breaks the run or lets a step forge it.',
    ({ mountPath, folder }) => `nothing may be mounted at ${quote(mountPath)}: ${folder} belongs to the controller`,
    () => 'mount it elsewhere, for example below /workspace or /mnt',
  ),
  MOUNT_TWICE: error<{ mountPath: string; first: number }>(
    'Two volumes are mounted at one place',
    'Kubernetes refuses the pod.',
    ({ mountPath, first }) => `${quote(mountPath)} is mounted twice: also by number ${String(first + 1)} of this list`,
    () => 'choose another mountPath for one of them',
  ),
  TARGET_PATH_OUTSIDE: error<{ targetPath: string }>(
    'A targetPath leads out of /workspace',
    "A resource may only be laid where the steps' work is; elsewhere it could cover the tools of the controller or credentials.",
    ({ targetPath }) => `the targetPath ${quote(targetPath)} leads out of /workspace`,
    () => 'use a path below /workspace, for example `src`',
  ),
  ENV_TWICE: warning<{ name: string; first: number }>(
    'An environment variable is set twice',
    'The last one wins.',
    ({ name }) => `the variable ${quote(name)} is set twice`,
    ({ first }) => `remove one; the other is number ${String(first + 1)} of this list`,
  ),
} as const;
