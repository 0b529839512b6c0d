import { describe, expect, test } from '@jest/globals';
import type { TaskRunSpec } from '@pipewright/tekton';
import type { ImageCommandResult } from '../../src/pod/image-command.js';
import { taskPod } from '../../src/pod/pod.js';
import { commandOf, pod, request, step } from '../support/pod-request.js';

describe('the command of a step', () => {
  const stepWithoutCommand = { name: 'a', image: 'corp/tool', args: ['x'] };

  test('is looked up in its image if it has none, after variables and the template are applied', () => {
    const task = {
      inputs: { params: [{ name: 'tool', type: 'string' }] },
      stepTemplate: { image: 'corp/other' },
      steps: [{ name: 'a', image: 'corp/$(inputs.params.tool)' }, { name: 'b' }, step('c'), { name: 'd', script: 'x' }],
    };
    const spec = { inputs: { params: [{ name: 'tool', value: 'lint' }] } } as TaskRunSpec; // irrelevant otherwise
    expect(taskPod(request(task, { spec }))).toEqual({
      kind: 'commands-needed',
      images: ['corp/lint', 'corp/other'],
    });
  });

  test('is the command of the image for a single step without a command that is not known', () => {
    const commands = new Map<string, ImageCommandResult>([
      ['corp/tool', { kind: 'unknown', reason: 'the registry is closed' }],
    ]);
    const [container] = pod({ steps: [{ ...stepWithoutCommand, args: [] }] }, { commands }).spec.containers;
    expect([container?.command, container?.args]).toEqual([undefined, []]);
  });

  test('is the command of the image, safe from expansion, with the arguments of the step', () => {
    const commands = new Map<string, ImageCommandResult>([
      ['corp/tool', { kind: 'command', command: ['/tool', '$(HOME)'] }],
    ]);
    const { containers } = pod(
      { steps: [stepWithoutCommand, { ...stepWithoutCommand, name: 'b', args: undefined }] },
      { commands },
    ).spec;
    expect(containers.map(commandOf)).toEqual([
      ['/tool', '$$(HOME)', 'x'],
      ['/tool', '$$(HOME)'],
    ]);
  });

  test.each<[string, readonly object[], ImageCommandResult, string]>([
    [
      'the command of the image is unknown',
      [step('b'), stepWithoutCommand],
      { kind: 'unknown', reason: 'the registry is closed' },
      'step "a" has neither command nor script, and the command of its image "corp/tool" is unknown: the registry is closed; set the command of the step',
    ],
    [
      'the command of the image is unknown and the step is the only one: the first argument might be executed',
      [stepWithoutCommand],
      { kind: 'unknown', reason: 'the registry is closed' },
      'step "a" has neither command nor script, and the command of its image "corp/tool" is unknown: the registry is closed; set the command of the step',
    ],
    [
      'the image does not exist',
      [step('b'), stepWithoutCommand],
      { kind: 'missing', message: 'Error getting image manifest: MANIFEST_UNKNOWN: manifest unknown' },
      'Error getting image manifest: MANIFEST_UNKNOWN: manifest unknown',
    ],
  ])('is required of a step with arguments when %s', (_when, steps, found, message) => {
    const commands = new Map([['corp/tool', found]]);
    expect(taskPod(request({ steps }, { commands }))).toMatchObject({ kind: 'refused', message });
  });

  test('is started by a copied shell in the replacement pod if the image has no shell', () => {
    const [first, second] = [false, true].map((replacement) =>
      pod({ steps: [step('a')] }, { replacement, lendShell: replacement }),
    );
    expect(second?.metadata.name).not.toBe(first?.metadata.name);
    expect(second?.spec.containers[0]?.command?.slice(0, 3)).toEqual(['/tekton/tools/bin/busybox', 'sh', '-c']);
    expect(second?.spec.initContainers?.map(({ name, image: toolImage }) => [name, toolImage])).toEqual([
      ['place-tools', 'busybox:musl'],
    ]);
  });
});
