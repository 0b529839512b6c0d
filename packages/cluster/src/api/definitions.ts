/**
 * Keeps the catalog in step with the CustomResourceDefinitions in the store.
 *
 * Called within the write of a definition, so whoever has seen the write succeed finds the new resource served.
 */

import { DEFINITIONS, resourcesOf } from './crd.js';
import { objectAt, stringAt, type KubeObject } from './json.js';
import type { World } from './world.js';

/** Serves what the stored definitions define, now and from now on. */
export function serveDefinitions(world: World): void {
  for (const definition of world.store.collection(DEFINITIONS).list()) {
    world.catalog.define(definition.metadata.name, resourcesOf(definition));
  }
  world.store.onChange(({ type, object }, place) => {
    if (place !== DEFINITIONS) return;
    const served = type !== 'DELETED' && object.metadata.deletionTimestamp === undefined;
    if (served) world.catalog.define(object.metadata.name, resourcesOf(object));
    else world.catalog.forget(object.metadata.name);
    if (type === 'DELETED') world.clock.defer(() => removeObjects(world, object));
  });
}

/** A definition takes its objects along, and ends the watches of them. */
function removeObjects(world: World, definition: KubeObject): void {
  const spec = objectAt(definition, 'spec');
  const place = `${stringAt(spec, 'group')}/${stringAt(spec, 'names', 'plural')}`;
  for (const object of world.store.latest(place).list()) world.store.remove(place, object);
  world.store.collection(place).end();
}
