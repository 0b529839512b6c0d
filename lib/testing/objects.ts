/**
 * The objects that an app synthesizes, for tests: objects by kind and name, and the order of a pipeline's tasks.
 *
 * No file is written and no step is run. A lookup of a missing object throws with the existing names, so that a failing test suggests
 * the fix.
 */

import type {
  V1alpha1Object,
  ClusterTask,
  Condition,
  Pipeline,
  PipelineResource,
  PipelineRun,
  Task,
  TaskRun,
} from '@pipewright/tekton';
import { ApiObject } from 'cdk8s';
import type { IConstruct } from 'constructs';
import { suggestName } from '../diagnostics/construct-error.js';
import { problemsInScope } from './problems.js';
import { TaskGraph } from './task-graph.js';

/** Any synthesized Kubernetes object. */
export interface SynthesizedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name?: string;
    readonly generateName?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** The seven kinds of Tekton, by name. */
interface Kinds {
  readonly Task: Task;
  readonly ClusterTask: ClusterTask;
  readonly Pipeline: Pipeline;
  readonly PipelineResource: PipelineResource;
  readonly Condition: Condition;
  readonly TaskRun: TaskRun;
  readonly PipelineRun: PipelineRun;
}

/** The type of objects of a kind: Tekton's kinds have a type of their own. */
export type ObjectOf<K extends string> = K extends keyof Kinds ? Kinds[K] : SynthesizedObject;

/**
 * The objects that a chart or an app synthesizes.
 *
 * @example
 *
 *   const tekton = TektonTesting.of(chart);
 *   expect(tekton.find('Task', 'unit-tests').spec.steps).toHaveLength(1);
 *   tekton.graph('release').expectOrder('test', 'build', 'deploy');
 */
export class TektonTesting {
  /** All objects, in the order of their constructs. */
  readonly objects: readonly SynthesizedObject[];

  /** Every error that synth would report, each with its construct's path. */
  readonly problems: readonly string[];

  private constructor(objects: readonly SynthesizedObject[], problems: readonly string[]) {
    this.objects = objects;
    this.problems = problems;
  }

  /** Renders all objects below `scope`: an app, a chart, or any other construct. Invalid objects are included. */
  static of(scope: IConstruct): TektonTesting {
    const objects = scope.node
      .findAll()
      .filter((it): it is ApiObject => ApiObject.isApiObject(it))
      .map((it) => it.toJson() as SynthesizedObject); // `any` in cdk8s
    return new TektonTesting(objects, problemsInScope(scope));
  }

  /** Returns the objects of a kind. */
  all<K extends string>(kind: K): readonly ObjectOf<K>[] {
    return this.objects.filter((it) => it.kind === kind) as unknown as readonly ObjectOf<K>[]; // the kind decides the type
  }

  /** Returns the object of a kind and name. Throws if it does not exist. A run with `generateName` is found by that. */
  find<K extends string>(kind: K, name: string): ObjectOf<K> {
    const found = this.tryFind(kind, name);
    if (found !== undefined) return found;
    const names = this.objects.filter((it) => it.kind === kind).map(nameOrGenerateName);
    const kinds = [...new Set(this.objects.map((it) => it.kind))];
    throw new Error(
      names.length > 0
        ? `no ${kind} "${name}" — ${suggestName(name, names)}`
        : `no object of kind ${kind} — ${suggestName(kind, kinds)}`,
    );
  }

  /** Returns the object of a kind and name, or undefined. */
  tryFind<K extends string>(kind: K, name: string): ObjectOf<K> | undefined {
    const found = this.objects.find((it) => it.kind === kind && nameOrGenerateName(it) === name);
    return found as unknown as ObjectOf<K> | undefined; // the kind decides the type
  }

  /** Returns the order of a Pipeline's tasks, or of the embedded pipeline of a PipelineRun, by the run's name. */
  graph(name: string): TaskGraph {
    const run = this.tryFind('PipelineRun', name)?.spec.pipelineSpec;
    return new TaskGraph(name, run ?? this.find('Pipeline', name).spec);
  }
}

/** Returns the name of an object, or its `generateName`. */
export const nameOrGenerateName = ({ metadata }: Pick<SynthesizedObject | V1alpha1Object, 'metadata'>): string =>
  metadata.name ?? (metadata as SynthesizedObject['metadata']).generateName ?? '';
