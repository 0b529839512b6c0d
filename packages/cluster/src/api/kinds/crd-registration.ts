/**
 * Keeps the resource catalog consistent with the stored CustomResourceDefinitions.
 *
 * Runs within the write of a definition, so a new resource is served as soon as the write succeeds.
 */

import { DEFINITIONS, resourcesOf } from './crd.js';
import { objectAt, stringAt, type KubeObject } from '../../model/json.js';
import type { ApiContext } from '../api-context.js';

/** Registers the stored definitions, and later changes of them. */
export function registerDefinitions(api: ApiContext): void {
  for (const definition of api.store.collection(DEFINITIONS).list()) {
    api.catalog.define(definition.metadata.name, resourcesOf(definition));
  }
  removeUndefined(api);
  api.store.onRetry(() => removeUndefined(api));
  api.store.onChange(({ type, object }, groupResource) => {
    if (groupResource !== DEFINITIONS) return;
    const served = type !== 'DELETED' && object.metadata.deletionTimestamp === undefined;
    if (served) api.catalog.define(object.metadata.name, resourcesOf(object));
    else api.catalog.forget(object.metadata.name);
    if (type === 'DELETED') api.clock.defer(() => removeObjects(api, definedResource(object)));
  });
}

/** Deletes the objects of a definition, and ends their watches. */
function removeObjects(api: ApiContext, groupResource: string): void {
  for (const object of api.store.latest(groupResource).list()) api.store.remove(groupResource, object);
  api.store.collection(groupResource).end();
}

/** Whether a group may be custom. Objects of unknown built-in kinds were written by another version. */
const isCustomGroup = (group: string): boolean => group.includes('.') && !group.endsWith('.k8s.io');

/** Removes objects whose definition is gone: the process may have ended, or a write failed, between the two deletions. */
function removeUndefined(api: ApiContext): void {
  const defined = new Set(api.store.latest(DEFINITIONS).list().map(definedResource));
  for (const { groupResource, size } of api.store.collections()) {
    const isUndefined = api.catalog.byGroupResource(groupResource).length === 0 && !defined.has(groupResource);
    if (size > 0 && isUndefined && isCustomGroup(groupResource.slice(0, groupResource.indexOf('/'))))
      removeObjects(api, groupResource);
  }
}

/** Returns the resource (`group/plural`) of a definition. */
function definedResource(definition: KubeObject): string {
  const spec = objectAt(definition, 'spec');
  return `${stringAt(spec, 'group')}/${stringAt(spec, 'names', 'plural')}`;
}
