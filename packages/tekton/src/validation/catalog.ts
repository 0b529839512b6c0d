/**
 * Looks up objects of one check by kind and name.
 *
 * An object without a namespace is visible from every namespace, since it may be applied to any of them.
 */

import type { ConditionModel, PipelineModel, PipelineResourceModel, TaskModel } from '../model/model.js';
import type { ObjectModel } from '../model/object.js';
import { TEKTON_GROUP } from '../model/tekton-group.js';
import { LATER_VERSIONS } from '../problems/object-problems.js';
import type { ObjectId } from '../problems/problem.js';
import type { Report } from '../problems/report.js';
import { isRecord } from '../schema/conformance.js';

/** A readable Tekton object of any API version. */
export interface ReadableObject {
  readonly kind: ObjectModel['kind'];
  /** Reads the object; call it only when the model is needed. */
  readonly read: () => ObjectModel;
}

/** One object after its own checks, with the data that checks across objects need. */
export interface CheckedObject {
  readonly id: ObjectId;
  readonly report: Report;
  /** Absent unless it is a Tekton object of a supported version and kind. */
  readonly tekton?: ReadableObject;
  /** The object as passed in. Absent if it is not a Kubernetes object. */
  readonly object?: Readonly<Record<string, unknown>>;
}

/** All objects of one check. */
export class Catalog {
  readonly #byKind = new Map<string, Map<string, CheckedObject[]>>();
  readonly #notRead: CheckedObject[] = [];

  constructor(inspections: readonly CheckedObject[]) {
    for (const inspection of inspections) {
      const { kind, name } = inspection.id;
      if (kind === undefined || name === undefined || !inspection.object) continue;
      // v1alpha1 references cannot resolve to objects of other versions.
      const { apiVersion = '' } = inspection.id;
      if (LATER_VERSIONS.has(apiVersion) && !inspection.tekton) this.#notRead.push(inspection);
      if (apiVersion.startsWith(`${TEKTON_GROUP}/`) && !inspection.tekton) continue;
      const names = this.#byKind.get(kind) ?? new Map<string, CheckedObject[]>();
      this.#byKind.set(kind, names);
      const same = names.get(name);
      if (same) same.push(inspection);
      else names.set(name, [inspection]);
    }
  }

  /** Reads a Task or ClusterTask by name, as seen from `namespace`. */
  tryFindTask(kind: 'Task' | 'ClusterTask', name: string, namespace: string | undefined): TaskModel | undefined {
    const model = this.#read(kind, name, kind === 'ClusterTask' ? undefined : namespace);
    return model?.kind === 'Task' || model?.kind === 'ClusterTask' ? model.task : undefined;
  }

  /** Reads a Pipeline by name, as seen from `namespace`. */
  tryFindPipeline(name: string, namespace: string | undefined): PipelineModel | undefined {
    const model = this.#read('Pipeline', name, namespace);
    return model?.kind === 'Pipeline' ? model.pipeline : undefined;
  }

  /** Reads a PipelineResource by name, as seen from `namespace`. */
  tryFindResource(name: string, namespace: string | undefined): PipelineResourceModel | undefined {
    const model = this.#read('PipelineResource', name, namespace);
    return model?.kind === 'PipelineResource' ? model.resource : undefined;
  }

  /** Reads a Condition by name, as seen from `namespace`. */
  tryFindCondition(name: string, namespace: string | undefined): ConditionModel | undefined {
    const model = this.#read('Condition', name, namespace);
    return model?.kind === 'Condition' ? model.condition : undefined;
  }

  /** Returns the API version of a Tekton object that exists only in a later, unsupported version. */
  versionNotRead(kind: ObjectModel['kind'], name: string, namespace: string | undefined): string | undefined {
    return this.#notRead.find(({ id }) => id.kind === kind && id.name === name && isVisible(id.namespace, namespace))
      ?.id.apiVersion;
  }

  /** Finds an object of any kind by name, as seen from `namespace`. */
  tryFindAny(kind: string, name: string, namespace: string | undefined): CheckedObject | undefined {
    return this.#byKind
      .get(kind)
      ?.get(name)
      ?.find(({ id }) => isVisible(id.namespace, namespace));
  }

  /**
   * Returns the names of all objects of a kind that are visible from `namespace`.
   *
   * @param referrer API version of the object that refers to them. Absent: of all versions.
   */
  names(kind: string, namespace: string | undefined, referrer?: string): string[] {
    const all = [...(this.#byKind.get(kind) ?? [])];
    const isCandidate = ({ id }: CheckedObject): boolean =>
      isVisible(id.namespace, namespace) && (referrer === undefined || canRefer(referrer, id.apiVersion));
    return all.filter(([, list]) => list.some(isCandidate)).map(([name]) => name);
  }

  /** Returns all objects of a kind. */
  all(kind: string): CheckedObject[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])].flat();
  }

  #read(kind: ObjectModel['kind'], name: string, namespace: string | undefined): ObjectModel | undefined {
    return this.tryFindAny(kind, name, namespace)?.tekton?.read();
  }
}

/** Whether objects of one API version can refer to those of another: v1alpha1 is apart from the later ones. */
export const canRefer = (from: string, to: string | undefined): boolean =>
  (from === `${TEKTON_GROUP}/v1alpha1`) === (to === `${TEKTON_GROUP}/v1alpha1`);

const isVisible = (own: string | undefined, from: string | undefined): boolean =>
  own === undefined || from === undefined || own === from;

/** Returns the names in a list field with elements `{name}`, such as `secrets` of a ServiceAccount. */
export function listedNames(object: Readonly<Record<string, unknown>>, field: string): string[] {
  const list: unknown = object[field];
  if (!Array.isArray(list)) return [];
  return list.map((item: unknown) => (isRecord(item) && typeof item['name'] === 'string' ? item['name'] : ''));
}
