/**
 * The scripts of a test, matched with the tasks, conditions and steps of one run.
 *
 * A script without a match is an error of the test, as is one that throws; both end the simulation.
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

/** What scripts are about. */
export interface ScriptedRun {
  readonly steps: StepScripts;
  readonly conditions: ConditionScripts;
  /** Absent for a TaskRun of its own. */
  readonly pipeline: PipelineModel | undefined;
  /** What a TaskRun of its own is called in scripts. */
  readonly name: string;
  /** The Conditions there are. */
  readonly known: readonly Condition[];
}

/** Whose step it is. */
export interface StepOwner {
  readonly task: string;
  readonly condition?: string;
}

/** The scripts of one simulation. */
export class Scripts {
  readonly #run: ScriptedRun;
  readonly #tasks: readonly string[];
  readonly #met = new Map<string, Set<string>>();
  #reject: (error: unknown) => void = () => undefined;
  /** Rejects if a script throws or is invalid. */
  readonly failed: Promise<never>;

  /** @throws SimulationError when a script is for a task or a condition that is not there */
  constructor(run: ScriptedRun) {
    this.#run = run;
    this.#tasks = run.pipeline?.tasks.map(({ name }) => name) ?? [run.name];
    this.failed = new Promise<never>((_, reject) => (this.#reject = reject));
    this.failed.catch(() => undefined); // `simulate` awaits it
    for (const task of Object.keys({ ...run.steps, ...run.conditions })) this.#known('task', task, this.#tasks);
    for (const [task, those] of Object.entries(run.conditions)) {
      for (const condition of Object.keys(those)) {
        this.#known(`condition of the task "${task}"`, condition, this.#conditionsOf(task));
      }
    }
  }

  /** Ends the simulation. */
  fail(error: unknown): void {
    this.#reject(error);
  }

  /** Whose step runs in a pod with these labels. */
  ownerOf(labels: Readonly<Record<string, string>>, step: string): StepOwner {
    const task = labels[TEKTON_LABELS.pipelineTask] ?? this.#run.name;
    const check = labels[TEKTON_LABELS.conditionCheck];
    if (check === undefined) return { task };
    const sameStep = this.#conditionsOf(task).filter((it) => stepOf(it, this.#run.known) === step);
    const condition = sameStep.find((it) => check.includes(`-${it}-`)) ?? sameStep[0] ?? step;
    return { task, condition };
  }

  /** What the step does; undefined when nothing is said of it. */
  of({ condition, ...call }: StepCall & StepOwner): ScriptedStep | undefined {
    if (condition !== undefined) {
      const script = this.#run.conditions[call.task]?.[condition];
      return typeof script === 'boolean' ? { exitCode: script ? 0 : 1 } : decided(script, call);
    }
    this.#met.set(call.task, (this.#met.get(call.task) ?? new Set()).add(call.step));
    return decided(this.#run.steps[call.task]?.[call.step], call);
  }

  /** How long the step takes. */
  millisecondsOf({ takes = '0' }: ScriptedStep): number {
    const milliseconds = takes === 'forever' ? Infinity : parseDuration(takes);
    if (milliseconds !== undefined && milliseconds >= 0) return milliseconds;
    throw new SimulationError(`"${takes}" is not a valid duration`, 'write 90s, 1h30m or forever');
  }

  /**
   * Held against what has run.
   *
   * @throws SimulationError when a script is for a step that a task does not have
   */
  checkSteps(steps: readonly StepRecord[]): void {
    for (const [task, scripts] of Object.entries(this.#run.steps)) {
      const met = this.#met.get(task);
      const stopped = steps.some((it) => it.task === task && it.exitCode !== 0); // what comes after it was not met
      if (!met || stopped) continue;
      for (const step of Object.keys(scripts)) this.#known(`step of the task "${task}"`, step, [...met]);
    }
  }

  #conditionsOf(task: string): readonly string[] {
    return this.#run.pipeline?.tasks.find(({ name }) => name === task)?.conditions.map((it) => it.condition) ?? [];
  }

  #known(what: string, name: string, known: readonly string[]): void {
    if (known.includes(name)) return;
    const meant = closestMatch(name, known);
    throw new SimulationError(
      `there is a script for "${name}", but no such ${what}`,
      meant === undefined ? `there are: ${known.join(', ') || 'none'}` : `did you mean "${meant}"?`,
    );
  }
}

function decided(script: StepScript | undefined, call: StepCall): ScriptedStep | undefined {
  if (typeof script === 'function') return script(call);
  return isList(script) ? script[Math.min(call.attempt, script.length) - 1] : script;
}

const isList = (script: unknown): script is readonly ScriptedStep[] => Array.isArray(script);

/** What the step of a condition's check is called. */
function stepOf(condition: string, known: readonly Condition[]): string | undefined {
  const spec: ConditionSpec = known.find(({ metadata }) => metadata.name === condition)?.spec ?? {};
  return readCondition(condition, spec).task.steps[0]?.name;
}
