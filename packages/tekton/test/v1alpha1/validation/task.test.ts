import { describe, expect, test } from '@jest/globals';
import { checkObject } from '@pipewright/tekton';
import { apiVersion, build, changed } from '../../support/objects.js';

/** Formats each problem as one line: code, path, message and hint. */
const lines = (object: unknown): string[] =>
  checkObject(object).map(({ code, path, message, hint }) => `${code} ${path.join('.')}: ${message} (${hint})`);

const step = (fields: object) => changed(build, 'spec.steps.0', { name: 'make', image: 'gcc:14', ...fields });

describe('a task', () => {
  test('that is valid has no problems', () => {
    expect(checkObject(build)).toEqual([]);
  });

  const rows: { task: string; object: unknown; expected: string[] }[] = [
    {
      task: 'with a misspelt field',
      object: changed(changed(build, 'spec.step', build.spec.steps), 'spec.steps', undefined),
      expected: ["FIELD_UNKNOWN spec.step: unknown field 'step' (did you mean 'steps'?)"],
    },
    {
      task: 'with a misspelt field beside the intended one, which is also checked',
      object: changed(changed(build, 'spec.step', []), 'spec.steps', [
        { name: 'a', imge: 'golang', comand: ['x'], env: [{ name: 'A' }, { name: 'A' }] },
      ]),
      expected: [
        "FIELD_UNKNOWN spec.step: unknown field 'step' (did you mean 'steps'?)",
        "FIELD_UNKNOWN spec.steps.0.comand: unknown field 'comand' (did you mean 'command'?)",
        "ENV_TWICE spec.steps.0.env.1.name: the variable 'A' is set twice (remove one of them (the other is item 1 of this list))",
        "FIELD_UNKNOWN spec.steps.0.imge: unknown field 'imge' (did you mean 'image'?)",
      ],
    },
    {
      task: 'with a field that is similar to no other',
      object: changed(build, 'spec.colour', 'red'),
      expected: [
        "FIELD_UNKNOWN spec.colour: unknown field 'colour' (use one of: 'inputs', 'outputs', 'steps', 'stepTemplate', 'sidecars', 'volumes', 'workspaces', 'results')",
      ],
    },
    {
      task: 'with params at the place where v1 has them',
      object: changed(build, 'spec.params', [{ name: 'x' }]),
      expected: [
        "FIELD_UNKNOWN spec.params: unknown field 'params' (move it below `inputs`: a v1alpha1 Task has `inputs.params`, and uses them as $(inputs.params.NAME))",
      ],
    },
    {
      task: 'of an unknown kind',
      object: { ...build, kind: 'Taks' },
      expected: ["KIND_UNKNOWN kind: tekton.dev/v1alpha1 has no kind 'Taks' (did you mean 'Task'?)"],
    },
    {
      task: 'of an unknown version',
      object: { ...build, apiVersion: 'tekton.dev/v1beta2' },
      expected: [
        "API_VERSION_UNKNOWN apiVersion: apiVersion 'tekton.dev/v1beta2' is not supported (use 'tekton.dev/v1alpha1' or 'tekton.dev/v1beta1' or 'tekton.dev/v1')",
      ],
    },
    {
      task: 'that is a list because of lost indentation',
      object: [{ name: 'auth' }],
      expected: [
        'OBJECT_MALFORMED : this document is not a Kubernetes object: it is a list (a document needs `apiVersion`, `kind`, `metadata` and `spec` at its left edge)',
      ],
    },
    {
      task: 'without a kind',
      object: { apiVersion },
      expected: [
        'OBJECT_MALFORMED : this document is not a Kubernetes object: it has no `kind` (a document needs `apiVersion`, `kind`, `metadata` and `spec` at its left edge)',
      ],
    },
    {
      task: 'whose name is not a valid DNS label',
      object: changed(build, 'metadata.name', 'Build_All'),
      expected: [
        "NAME_INVALID metadata.name: the name 'Build_All' of this Task is not a valid DNS label (use a-z, 0-9 and '-', for example 'build-all')",
      ],
    },
    {
      task: 'without a name',
      object: changed(build, 'metadata.name', undefined),
      expected: [
        'NAME_MISSING metadata.name: this Task has no name (set `metadata.name`, or `metadata.generateName` for a run)',
      ],
    },
    {
      task: 'whose step name is too long',
      object: step({ name: 'x'.repeat(64), command: ['$(inputs.params.target)'] }),
      expected: [
        `NAME_INVALID spec.steps.0.name: the name '${'x'.repeat(64)}' of this step has 64 characters; 63 are allowed (use a-z, 0-9 and '-', for example '${'x'.repeat(63)}')`,
      ],
    },
    {
      task: 'without steps',
      object: changed(build, 'spec.steps', []),
      expected: [
        'STEPS_MISSING spec.steps: this task has no steps (add `steps` with at least one step: a name, an image and a command or script)',
      ],
    },
    {
      task: 'with a step without an image',
      object: changed(build, 'spec.steps.0.image', undefined),
      expected: [
        'IMAGE_MISSING spec.steps.0.image: this step has no image (add `image`, for example `image: ubuntu:24.04`)',
      ],
    },
    {
      task: 'whose image name has a space',
      object: step({ image: 'gcc 14' }),
      expected: [
        "IMAGE_INVALID spec.steps.0.image: 'gcc 14' is not a valid image name: it contains a space (write [REGISTRY/]NAME[:TAG] or NAME@sha256:DIGEST in lower case)",
      ],
    },
    {
      task: 'with an unpinned image',
      object: step({ image: 'gcc:latest' }),
      expected: [
        "IMAGE_UNPINNED spec.steps.0.image: the image 'gcc:latest' may change under the same name (give it a version tag, or better a digest (`@sha256:…`))",
      ],
    },
    {
      task: 'with two steps with the same name',
      object: changed(build, 'spec.steps', [build.spec.steps?.[0], { name: 'make', image: 'gcc:14' }]),
      expected: [
        "NAME_TWICE spec.steps.1.name: duplicate step name 'make' (also item 1 of this list) (rename one of them, or remove it)",
      ],
    },
    {
      task: 'with a script and a command',
      object: step({ command: ['make'], script: 'make' }),
      expected: [
        'SCRIPT_AND_COMMAND spec.steps.0: this step has both `script` and `command` (remove `command`, or call it from the script)',
      ],
    },
    {
      task: "with volumes that have names of the controller's volumes",
      object: changed(step({}), 'spec.volumes', [
        { name: 'scripts', emptyDir: {} },
        { name: 'workspace', emptyDir: {} },
      ]),
      expected: [],
    },
    {
      task: 'with a volume that has a reserved name',
      object: changed(step({}), 'spec.volumes', [{ name: 'tekton-internal-tools', emptyDir: {} }]),
      expected: [
        "NAME_RESERVED spec.volumes.0.name: the volume name 'tekton-internal-tools' is reserved for the controller (rename it, for example to 'my-tekton-internal-tools')",
      ],
    },
    { task: 'with a script that has no shebang', object: step({ script: 'make' }), expected: [] },
    { task: 'with a script and arguments for it', object: step({ script: 'make "$@"', args: ['all'] }), expected: [] },
    {
      task: 'with a number as a string',
      object: step({ env: [{ name: 'N', value: 1 }] }),
      expected: ['TYPE_WRONG spec.steps.0.env.0.value: must be a string, but is the number 1 (put it in quotes: "1")'],
    },
    {
      task: 'with a string as a list',
      object: step({ command: 'make all' }),
      expected: [
        'TYPE_WRONG spec.steps.0.command: must be a list, but is the string \'make all\' (write it as a list: ["make all"])',
      ],
    },
    {
      task: 'that uses an undeclared param',
      object: step({ args: ['$(inputs.params.taget)'] }),
      expected: [
        "VARIABLE_UNKNOWN spec.steps.0.args.0: $(inputs.params.taget) is not declared (did you mean '$(inputs.params.target)'?)",
      ],
    },
    {
      task: 'that uses a param in the syntax of v1',
      object: step({ script: 'echo "$(params.target)" "$(date)"' }),
      expected: [
        "VARIABLE_UNKNOWN spec.steps.0.script: $(params.target) is not declared (did you mean '$(inputs.params.target)'?)",
      ],
    },
    {
      task: 'that uses a variable that a resource does not have',
      object: step({ workingDir: '$(inputs.resources.source.digest)' }),
      expected: [
        'VARIABLE_UNKNOWN spec.steps.0.workingDir: $(inputs.resources.source.digest) is not declared ' +
          "(declared are: 'inputs.resources.source.name', 'inputs.resources.source.type', 'inputs.resources.source.path', 'inputs.resources.source.url', 'inputs.resources.source.revision', 'inputs.resources.source.depth', 'inputs.resources.source.sslVerify', 'inputs.resources.source.submodules')",
      ],
    },
    {
      task: 'that uses an array as a string',
      object: step({ workingDir: '$(inputs.params.flags)' }),
      expected: [
        'VARIABLE_ARRAY_IN_STRING spec.steps.0.workingDir: $(inputs.params.flags) is an array, but this field is a single string (use it as an element of `args`, or make the param a string)',
      ],
    },
    {
      task: 'that has text around an array',
      object: step({ args: ['-x$(inputs.params.flags)'] }),
      expected: [
        'VARIABLE_ARRAY_NOT_ALONE spec.steps.0.args.0: $(inputs.params.flags) is an array and must be the whole element (put it on a line of its own in the list)',
      ],
    },
    {
      task: 'that has variables in the syntax of Tekton 0.5',
      object: step({ args: ['${inputs.params.target}', '${HOME}'] }),
      expected: [
        'VARIABLE_OLD_SYNTAX spec.steps.0.args.0: ${inputs.params.target} is the syntax of Tekton 0.5 and is not substituted (write $(inputs.params.target))',
      ],
    },
    {
      task: 'whose default is of another type',
      object: changed(build, 'spec.inputs.params.1.default', 'x'),
      expected: [
        "PARAM_DEFAULT_TYPE spec.inputs.params.1.default: the param 'flags' is of type array, but its default is the string 'x' (write the default as a list, or set `type: string`)",
      ],
    },
    {
      task: 'with an unknown type of resource',
      object: changed(build, 'spec.inputs.resources.0.type', 'gti'),
      expected: [
        "RESOURCE_TYPE_UNKNOWN spec.inputs.resources.0.type: unknown resource type 'gti' (did you mean 'git'?)",
      ],
    },
    ...['../..', '/../etc', 'a/../../b'].map((targetPath) => ({
      task: `whose targetPath is ${targetPath}`,
      object: changed(build, 'spec.inputs.resources.0.targetPath', targetPath),
      expected: [
        `TARGET_PATH_OUTSIDE spec.inputs.resources.0.targetPath: the targetPath '${targetPath}' leads out of /workspace (use a path below /workspace, for example \`src\`)`,
      ],
    })),
    {
      task: "that mounts a volume over the controller's files",
      object: step({ volumeMounts: [{ name: 'workspace', mountPath: '/x/../tekton/scripts' }] }),
      expected: [
        "MOUNT_RESERVED spec.steps.0.volumeMounts.0.mountPath: cannot mount a volume at '/x/../tekton/scripts': /tekton is reserved for the controller (mount it elsewhere, for example below /workspace or /mnt)",
      ],
    },
    {
      task: 'that uses a param unquoted in a script',
      object: step({ script: 'rm -rf $(inputs.params.target)\necho "$(inputs.params.target)"' }),
      expected: [
        'SCRIPT_PARAM_UNQUOTED spec.steps.0.script: \'$(inputs.params.target)\' is used unquoted in a shell script (pass it as an environment variable and write "$NAME" in the script)',
      ],
    },
    {
      task: 'with typographic quotes',
      object: step({ command: ['echo', '“all”'] }),
      expected: [
        'QUOTES_CURLY spec.steps.0.command.1: this text contains a typographic quote (U+201C “) (use straight quotes: \' or ")',
      ],
    },
    {
      task: 'with several problems, which are all reported in order',
      object: changed(changed(build, 'spec.steps.0.image', undefined), 'metadata.name', 'A'),
      expected: [
        "NAME_INVALID metadata.name: the name 'A' of this Task is not a valid DNS label (use a-z, 0-9 and '-', for example 'a')",
        'IMAGE_MISSING spec.steps.0.image: this step has no image (add `image`, for example `image: ubuntu:24.04`)',
      ],
    },
  ];

  test.each(rows)('$task', ({ object, expected }) => {
    expect(lines(object)).toEqual(expected);
  });
});

describe('a condition', () => {
  const condition = { apiVersion, kind: 'Condition', metadata: { name: 'c' } };

  test('without check', () => {
    expect(lines({ ...condition, spec: {} })).toEqual([
      'CHECK_MISSING spec.check: this condition has no check (add `check` with an image and a command; its exit code decides)',
    ]);
  });

  test('declares its params without inputs', () => {
    const spec = { params: [{ name: 'x' }], check: { image: 'sh:1', args: ['$(params.x)', '$(params.y)'] } };
    expect(lines({ ...condition, spec })).toEqual([
      "VARIABLE_UNKNOWN spec.check.args.1: $(params.y) is not declared (did you mean '$(params.x)'?)",
    ]);
  });
});
