/**
 * Problems within tasks and conditions: steps, params, variables, volumes.
 *
 * One row per problem; `problem.ts` describes the columns.
 */

import { error, errorUnlessAdmitted, quoteList, suggestionOr, quote, displayValue, warning } from './problem.js';

/** The field to declare a param in, and the variable that refers to it. */
export interface DeclaredParam {
  readonly field: string;
  readonly variable: string;
}

/** Rows about tasks and conditions. */
export const TASK_PROBLEMS = {
  STEPS_MISSING: error<object>(
    'A task has no steps',
    'The task has nothing to run.',
    () => 'this task has no steps',
    () => 'add `steps` with at least one step: a name, an image and a command or script',
  ),
  CHECK_MISSING: error<object>(
    'A condition has no check',
    'Without a check the condition cannot be evaluated.',
    () => 'this condition has no check',
    () => 'add `check` with an image and a command; its exit code decides',
  ),
  IMAGE_MISSING: error<{ what: string }>(
    'A step has no image',
    'Every step needs an image, either its own or the image of `stepTemplate`.',
    ({ what }) => `this ${what} has no image`,
    () => 'add `image`, for example `image: ubuntu:24.04`',
  ),
  IMAGE_INVALID: error<{ image: string; reason: string }>(
    'An image name is malformed',
    'No container runtime can pull it: the pod would wait with InvalidImageName until its timeout.',
    ({ image, reason }) => `${quote(image)} is not a valid image name: ${reason}`,
    () => 'write [REGISTRY/]NAME[:TAG] or NAME@sha256:DIGEST in lower case',
  ),
  IMAGE_UNPINNED: warning<{ image: string }>(
    'An image has no fixed version',
    'Later runs may pull different contents although the manifest has not changed.',
    ({ image }) => `the image ${quote(image)} may change under the same name`,
    () => 'give it a version tag, or better a digest (`@sha256:…`)',
  ),
  SCRIPT_AND_COMMAND: error<object>(
    'A step has both a script and a command',
    'The script replaces the command, so only one of them can run. `args` are allowed: the script receives them.',
    () => 'this step has both `script` and `command`',
    () => 'remove `command`, or call it from the script',
  ),
  SCRIPT_LINE_ENDS: warning<object>(
    'A script has Windows line ends',
    'The system would look for an interpreter whose name ends in a carriage return.',
    () => 'the first line of this script ends in a carriage return',
    () => 'save the file with Unix line ends',
  ),
  SCRIPT_PARAM_UNQUOTED: warning<{ variables: readonly string[] }>(
    'A param is used unquoted in a shell script',
    'Its value becomes part of the program: spaces split it, and `; rm -rf .` in it runs.',
    ({ variables }) =>
      `${quoteList(variables.map((name) => `$(${name})`))} ${variables.length > 1 ? 'are' : 'is'} used unquoted in a shell script`,
    () => 'pass it as an environment variable and write "$NAME" in the script',
  ),
  QUOTES_CURLY: warning<{ sign: string }>(
    'Text has typographic quotes',
    'Shells accept only straight quotes; word processors and web pages produce typographic ones.',
    ({ sign }) => `this text contains a typographic quote (U+${sign.charCodeAt(0).toString(16).toUpperCase()} ${sign})`,
    () => 'use straight quotes: \' or "',
  ),
  PARAM_DEFAULT_TYPE: error<{ name: string; type: string; got: string }>(
    "A param's default is of another type than the param",
    'Runs that use the default fail.',
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
    "It is not substituted, and the step receives the text `$(…)` itself. It is a warning where Tekton's admission accepts it: in scripts, in Conditions, in values of params, and after the name of a declared resource.",
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
    'A variable may be misspelt',
    'It is not substituted; in a script, the shell runs it as a command.',
    ({ name }) => `$(${displayValue(name)}) is not a variable and is not substituted`,
    ({ suggestion }) =>
      suggestion === undefined
        ? "a Task's variables begin with inputs. or outputs."
        : `did you mean '$(${suggestion})'?`,
  ),
  VARIABLE_NESTED: warning<{ name: string }>(
    'The value of a param refers to another param',
    'Params are substituted in one pass, so a reference in the value of another param remains text. In Tekton v0.9.2 the result depends on the order of a map.',
    ({ name }) => `$(${displayValue(name)}) is not substituted in the value of a param`,
    () => 'write the value itself, or put both variables into the field that uses them',
  ),
  VARIABLE_OLD_SYNTAX: warning<{ name: string }>(
    'A variable is written in the syntax of Tekton 0.5',
    'Tekton v0.7 and later do not substitute it.',
    ({ name }) => `\${${displayValue(name)}} is the syntax of Tekton 0.5 and is not substituted`,
    ({ name }) => `write $(${displayValue(name)})`,
  ),
  VARIABLE_ARRAY_IN_STRING: errorUnlessAdmitted<{ name: string }>(
    'An array is used where a string is required',
    "Only elements of `command` and `args` can expand to several. It is a warning where Tekton's admission accepts it, for example in scripts: the text is not substituted.",
    ({ name }) => `$(${displayValue(name)}) is an array, but this field is a single string`,
    () => 'use it as an element of `args`, or make the param a string',
  ),
  VARIABLE_ARRAY_NOT_ALONE: errorUnlessAdmitted<{ name: string }>(
    'An array has text around it',
    "An array expands to several elements, so the element cannot contain other text. It is a warning in Conditions, where Tekton's admission accepts it.",
    ({ name }) => `$(${displayValue(name)}) is an array and must be the whole element`,
    () => 'put it on a line of its own in the list',
  ),
  VOLUME_UNKNOWN: warning<{ name: string; suggestion?: string | undefined; known: readonly string[] }>(
    'A mounted volume is not declared in the task',
    'Kubernetes rejects the pod unless the podTemplate of the run has the volume.',
    ({ name }) => `this task has no volume ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'declare it under `volumes`'),
  ),
  MOUNT_RESERVED: error<{ mountPath: string; folder: string }>(
    'A mount hides files of the controller',
    'The files below /tekton order the steps and carry scripts and results; a mount over them breaks the run or lets a step forge results.',
    ({ mountPath, folder }) => `cannot mount a volume at ${quote(mountPath)}: ${folder} is reserved for the controller`,
    () => 'mount it elsewhere, for example below /workspace or /mnt',
  ),
  MOUNT_TWICE: error<{ mountPath: string; first: number }>(
    'Two volumes are mounted at one path',
    'Kubernetes rejects the pod.',
    ({ mountPath, first }) => `${quote(mountPath)} is mounted twice (also item ${String(first + 1)} of this list)`,
    () => 'choose another mountPath for one of them',
  ),
  TARGET_PATH_OUTSIDE: error<{ targetPath: string }>(
    'A targetPath leads out of /workspace',
    'Resources are placed below /workspace only; elsewhere they could hide credentials or files of the controller.',
    ({ targetPath }) => `the targetPath ${quote(targetPath)} leads out of /workspace`,
    () => 'use a path below /workspace, for example `src`',
  ),
  ENV_TWICE: warning<{ name: string; first: number }>(
    'An environment variable is set twice',
    'The last one wins.',
    ({ name }) => `the variable ${quote(name)} is set twice`,
    ({ first }) => `remove one of them (the other is item ${String(first + 1)} of this list)`,
  ),
} as const;
