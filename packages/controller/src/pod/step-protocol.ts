/**
 * Determines what the entrypoint of a step of tekton.dev/v1 does beside running its command.
 *
 * Results of earlier steps are known only while the pod runs, so texts that contain them are filled in by the entrypoint.
 */

import { stepContainerName, textsOfVariables, type StepModel } from '@pipewright/tekton';
import type { StepProtocol, StepVariable } from '../scripts/entrypoint/entrypoint-arguments.js';

/** Returns what the entrypoint of a step does. `message`: the file for its termination message. */
export function stepProtocol(
  step: StepModel,
  index: number,
  steps: readonly StepModel[],
  message: string,
): StepProtocol {
  const env = (step.env ?? []).filter(({ value = '' }) => variablesIn([value], steps).length > 0);
  const when = (step.when ?? []).flatMap((expression) => (expression.kind === 'comparison' ? [expression] : []));
  const variables = variablesIn(
    [
      ...(step.command ?? []),
      ...(step.args ?? []),
      ...env.map(({ value = '' }) => value),
      ...when.flatMap(({ input, values }) => [input, ...values]),
    ],
    steps,
  );
  const { stepResults = [], timeoutMs, stdoutPath, stderrPath } = step;
  return {
    step: stepContainerName(step.name, index),
    message,
    ...(step.onError === 'continue' && { ignoresFailure: true }),
    ...(timeoutMs !== undefined && timeoutMs > 0 && { timeout: String(timeoutMs / 1000) }),
    ...(stepResults.length > 0 && { stepResults: stepResults.map(({ name }) => name).toSorted() }),
    ...(stdoutPath !== undefined && { stdout: stdoutPath }),
    ...(stderrPath !== undefined && { stderr: stderrPath }),
    ...(variables.length > 0 && { variables }),
    ...(env.length > 0 && { env: env.map(({ name }) => name) }),
    ...(when.length > 0 && { when: when.map(({ input, operator, values }) => ({ input, operator, values })) }),
  };
}

const REFERENCE = /^steps\.([^.]+)\.results\.([^.[]+)(\[\d+\]|\[\*\]|\..+)?$/;

/** Returns the variables in texts that stand for results of steps, each once. */
function variablesIn(texts: readonly string[], steps: readonly StepModel[]): readonly StepVariable[] {
  const found = new Map<string, StepVariable>();
  for (const name of texts.flatMap(textsOfVariables)) {
    const [, step, result, part = ''] = REFERENCE.exec(name) ?? [];
    const index = steps.findIndex((one) => one.name === step);
    if (step === undefined || index < 0) continue;
    found.set(name, { name, file: `/tekton/steps/${stepContainerName(step, index)}/results/${result ?? ''}`, part });
  }
  return [...found.values()];
}

/** Returns why the entrypoint cannot do what a step asks for; undefined if it can. */
export function unsupportedStep(step: StepModel, index: number, steps: readonly StepModel[]): string | undefined {
  const called = step.name || `unnamed-${String(index)}`;
  if (step.when?.some(({ kind }) => kind === 'cel'))
    return `step "${called}" has a CEL expression in \`when\`, which is not supported; use \`input\`, \`operator\` and \`values\``;
  const odd = (step.env ?? []).find(
    ({ name, value = '' }) => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) && variablesIn([value], steps).length > 0,
  );
  return (
    odd &&
    `step "${called}" passes the result of a step in the variable "${odd.name}", which a shell cannot set; use a name of letters, digits and underscores`
  );
}
