/** Reads objects that runs refer to, from the cache or the API server. */

import type { Informer, KubeClient, KubeObject, Resource } from '@pipewright/kube';

/** Returns an object by name, read from the API server. `namespace` does not matter for a kind without namespaces. */
export const getObject = <T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  name: string,
  namespace: string,
): Promise<T | undefined> => client.get<T>(resource, resource.namespaced ? { namespace, name } : { name });

/** Returns those of `names` that exist, by name, read from the API server. */
export const getObjects = <T extends KubeObject>(
  client: KubeClient,
  resource: Resource,
  names: readonly string[],
  namespace: string,
): Promise<ReadonlyMap<string, T>> => byName(names, (name) => getObject<T>(client, resource, name, namespace));

/** Returns an object from the cache, or from the API server: a cache that lags behind must not fail a run. */
export async function findObject<T extends KubeObject>(
  client: KubeClient,
  cache: Informer<T>,
  name: string,
  namespace: string,
): Promise<T | undefined> {
  const cached = cache.get(cache.resource.namespaced ? `${namespace}/${name}` : name);
  return cached ?? (await getObject<T>(client, cache.resource, name, namespace));
}

/** Returns those of `names` that exist, by name, from the cache or the API server. */
export const findObjects = <T extends KubeObject>(
  client: KubeClient,
  cache: Informer<T>,
  names: readonly string[],
  namespace: string,
): Promise<ReadonlyMap<string, T>> => byName(names, (name) => findObject(client, cache, name, namespace));

async function byName<T>(
  names: readonly string[],
  find: (name: string) => Promise<T | undefined>,
): Promise<ReadonlyMap<string, T>> {
  const found = await Promise.all([...new Set(names)].map(async (name) => [name, await find(name)] as const));
  return new Map(found.flatMap(([name, object]) => (object ? [[name, object] as const] : [])));
}
