/**
 * The Kubernetes object of a construct: its `Resource` child, with a valid name.
 *
 * cdk8s does not validate names, writes `name` in addition to `generateName`, and sets a namespace on cluster-scoped objects; every
 * object of this library is created here, which corrects all three.
 */

import { createProblem, suggestLabel } from '@pipewright/tekton';
import { JsonPatch, type ApiObject, type ApiObjectMetadata } from 'cdk8s';
import type { Construct } from 'constructs';
import { ConstructError } from '../diagnostics/construct-error.js';
import { PlainObject } from '../manifests/plain-object.js';
import { checkAtSynth } from '../validation/validation.js';

/** Properties of the object. */
export interface KubeObjectProps {
  readonly apiVersion: string;
  readonly kind: string;
  /** @default - a name made from the construct path, in the chart's namespace */
  readonly metadata?: ApiObjectMetadata | undefined;
  /**
   * Prefix of the name that the API server generates. Such an object is created, never applied.
   *
   * @default - the object has a name
   */
  readonly generateName?: string | undefined;
  /**
   * Whether the kind is cluster-scoped.
   *
   * @default false
   */
  readonly clusterScoped?: boolean;
  /** The fields other than `apiVersion`, `kind` and `metadata`, as manifest values. */
  readonly body: object;
  /**
   * Creates the object with another class.
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

/** Names of Tekton's objects are DNS labels, because they are used in labels and pod names. */
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Creates the object below `scope` and registers it for validation. Throws if an explicit name is invalid. */
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

/** Returns the object's name; with `generateName`, the name it would have without. */
export const nameOf = (object: ApiObject): string =>
  DNS_LABEL.test(object.name) ? object.name : toDnsLabel(object.name);

const toDnsLabel = (name: string): string => name.replace(/[^a-z0-9-]/g, '-').replace(/^-+|-+$/g, '') || 'unnamed';

function checkName(scope: Construct, kind: string, name: string, longest: number): void {
  if (DNS_LABEL.test(name) && name.length <= longest) return;
  const better = suggestLabel(name);
  const details = { what: kind, name, longest, ...(better !== undefined && better.length <= longest && { better }) };
  throw new ConstructError(scope, createProblem('NAME_INVALID', ['metadata', 'name'], details));
}
