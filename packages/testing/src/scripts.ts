/**
 * The scripts of a test, matched with the tasks, conditions and steps of one run.
 *
 * A script that matches nothing, or that throws, is an error of the test and ends the simulation.
 */

import {
  closestMatch,
  parseDuration,
  readCondition,
  type Condition,
  type ConditionSpec,
  type PipelineModel,
  TEKTON_LABELS,
} from '@pipewright/tekton';
import { SimulationError } from './simulation-error.js';
import type { ConditionScripts, ScriptedStep, StepCall, StepRecord, StepScript, StepScripts } from './step.js';

/** The scripts, with the run that they are matched with. */
export interface ScriptedRun {
  readonly steps: StepScripts;
  readonly conditions: ConditionScripts;
  /** Undefined for a TaskRun without a pipeline. */
  readonly pipeline: PipelineModel | undefined;
  /** The task name of a TaskRun without a pipeline. */
  readonly name: string;
  /** The Conditions among the objects. */
  readonly conditionObjects: readonly Condition[];
}

/** The task, and the condition if the step checks one. */
export interface StepOwner {
  readonly task: string;
  readonly condition?: string;
}

/** The scripts of one simulation. */
export class Scripts {
  readonly #run: ScriptedRun;
  readonly #tasks: readonly string[];
  readonly #startedSteps = new Map<string, Set<string>>();
  #reject: (error: unknown) => void = () => undefined;
  /** Rejects if a script throws or is invalid. */
  readonly failed: Promise<never>;

  /** @throws SimulationError if a task or a condition of a script does not exist */
  constructor(run: ScriptedRun) {
    this.#run = run;
    this.#tasks = run.pipeline?.tasks.map(({ name }) => name) ?? [run.name];
    this.failed = new Promise<never>((_, reject) => (this.#reject = reject));
    this.failed.catch(() => undefined); // `simulate` awaits it
    for (const task of Object.keys({ ...run.steps, ...run.conditions })) this.#requireKnown('task', task, this.#tasks);
    for (const [task, those] of Object.entries(run.conditions)) {
      for (const condition of Object.keys(those)) {
        this.#requireKnown(`condition of the task "${task}"`, condition, this.#conditionsOf(task));
      }
    }
  }

  /** Ends the simulation with an error. */
  fail(error: unknown): void {
    this.#reject(error);
  }

  /** Returns the task, and the condition, whose step runs in a pod with these labels. */
  ownerOf(labels: Readonly<Record<string, string>>, step: string): StepOwner {
    const task = labels[TEKTON_LABELS.pipelineTask] ?? this.#run.name;
    const check = labels[TEKTON_LABELS.conditionCheck];
    if (check === undefined) return { task };
    const sameStep = this.#conditionsOf(task).filter((it) => checkStepOf(it, this.#run.conditionObjects) === step);
    const condition = sameStep.find((it) => check.includes(`-${it}-`)) ?? sameStep[0] ?? step;
    return { task, condition };
  }

  /** Returns what a step does; undefined without a script. */
  of({ condition, ...call }: StepCall & StepOwner): ScriptedStep | undefined {
    if (condition !== undefined) {
      const script = this.#run.conditions[call.task]?.[condition];
      return typeof script === 'boolean' ? { exitCode: script ? 0 : 1 } : outcomeOf(script, call);
    }
    this.#startedSteps.set(call.task, (this.#startedSteps.get(call.task) ?? new Set()).add(call.step));
    return outcomeOf(this.#run.steps[call.task]?.[call.step], call);
  }

  /** Returns the duration of a step; infinite for `forever`. */
  millisecondsOf({ takes = '0' }: ScriptedStep): number {
    const milliseconds = takes === 'forever' ? Infinity : parseDuration(takes);
    if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
    throw new SimulationError(`"${takes}" is not a valid duration`, 'write 90s, 1h30m or forever');
  }

  /**
   * Compares the scripts with the steps that have run.
   *
   * @throws SimulationError if a task does not have the step of a script
   */
  checkSteps(steps: readonly StepRecord[]): void {
    for (const [task, scripts] of Object.entries(this.#run.steps)) {
      const started = this.#startedSteps.get(task);
      const stopped = steps.some((it) => it.task === task && it.exitCode !== 0); // later steps were not started
      if (!started || stopped) continue;
      for (const step of Object.keys(scripts)) this.#requireKnown(`step of the task "${task}"`, step, [...started]);
    }
  }

  #conditionsOf(task: string): readonly string[] {
    return this.#run.pipeline?.tasks.find(({ name }) => name === task)?.conditions.map((it) => it.condition) ?? [];
  }

  #requireKnown(what: string, name: string, known: readonly string[]): void {
    if (known.includes(name)) return;
    const suggestion = closestMatch(name, known);
    throw new SimulationError(
      `a script is for "${name}", which is not a ${what}`,
      suggestion === undefined ? `known: ${known.join(', ') || 'none'}` : `did you mean "${suggestion}"?`,
    );
  }
}

function outcomeOf(script: StepScript | undefined, call: StepCall): ScriptedStep | undefined {
  if (typeof script === 'function') return script(call);
  return isList(script) ? script[Math.min(call.attempt, script.length) - 1] : script;
}

const isList = (script: unknown): script is readonly ScriptedStep[] => Array.isArray(script);

/** Returns the name of the step that checks a condition. */
function checkStepOf(condition: string, conditions: readonly Condition[]): string | undefined {
  const spec: ConditionSpec = conditions.find(({ metadata }) => metadata.name === condition)?.spec ?? {};
  return readCondition(condition, spec).task.steps[0]?.name;
}
