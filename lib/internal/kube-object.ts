/**
 * One Kubernetes object of a construct: its `Resource` child, with a name that Kubernetes takes.
 *
 * cdk8s checks no name, lets `_` and `.` through, writes a name beside `generateName` and a namespace on objects that have
 * none. Every object of this library is made here, so none of that leaves it.
 */

import { createProblem, suggestLabel } from '@pipewright/tekton';
import { JsonPatch, type ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConstructError } from '../diagnostics/construct-error.js';
import { PlainObject } from '../manifests/plain-object.js';
import { checkAtSynth } from '../validation/validation.js';

/** What to make. */
export interface KubeObjectProps {
  readonly apiVersion: string;
  readonly kind: string;
  /** @default - a name made from the construct path, in the chart's namespace */
  readonly metadata?: ApiObjectMetadata | undefined;
  /**
   * Lets the API server choose the name, which begins with this. Such an object is created, never applied.
   *
   * @default - the object has a name
   */
  readonly generateName?: string | undefined;
  /**
   * Whether the kind has no namespace.
   *
   * @default false
   */
  readonly clusterScoped?: boolean;
  /** The fields beside `apiVersion`, `kind` and `metadata`; already plain. */
  readonly body: object;
  /**
   * Makes the object of a class of its own.
   *
   * @default - a plain ApiObject
   */
  readonly make?: (scope: Construct, id: string, fields: object) => ApiObject;
  /**
   * The child's id.
   *
   * @default 'Resource'
   */
  readonly id?: string;
}

/** Names of Tekton's objects are DNS labels, since they end up in labels and in pod names. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Makes the object below `scope` and has it checked at synth. Throws when an explicit name is none. */
export function kubeObject(scope: Construct, props: KubeObjectProps): ApiObject {
  const { apiVersion, kind, metadata, generateName, clusterScoped = false, body, id = 'Resource', make } = props;
  if (metadata?.name !== undefined) checkName(scope, kind, metadata.name, 63);
  if (generateName !== undefined) checkName(scope, kind, generateName.replace(/-+$/, ''), 58);
  const given = metadata && { metadata: { ...metadata } };
  const object =
    make?.(scope, id, { ...body, ...given }) ??
    new PlainObject(scope, id, { apiVersion, kind, fields: body, ...given });
  if (metadata?.name === undefined && !DNS_LABEL.test(object.name)) {
    object.addJsonPatch(JsonPatch.replace('/metadata/name', toDnsLabel(object.name)));
  }
  if (generateName !== undefined) {
    object.metadata.add('generateName', generateName);
    object.addJsonPatch(JsonPatch.remove('/metadata/name'));
  }
  if (clusterScoped && object.metadata.namespace !== undefined) {
    object.addJsonPatch(JsonPatch.remove('/metadata/namespace'));
  }
  checkAtSynth(object, scope);
  return object;
}

/** The name the object will have; with `generateName`, the name it would have without. */
export const nameOf = (object: ApiObject): string =>
  DNS_LABEL.test(object.name) ? object.name : toDnsLabel(object.name);

const toDnsLabel = (name: string): string => name.replace(/[^a-z0-9-]/g, '-').replace(/^-+|-+$/g, '') || 'unnamed';

function checkName(scope: Construct, kind: string, name: string, longest: number): void {
  if (DNS_LABEL.test(name) && name.length <= longest) return;
  const better = suggestLabel(name);
  const facts = { what: kind, name, longest, ...(better !== undefined && better.length <= longest && { better }) };
  throw new ConstructError(scope, createProblem('NAME_INVALID', ['metadata', 'name'], facts));
}
