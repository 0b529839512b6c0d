/**
 * Finds the resource of a kind through the API server's discovery, and creates objects.
 *
 * Manifests may contain any kind, and the embedded cluster serves some. Unknown kinds are skipped with a note, because
 * production manifests often contain more than a local run needs.
 */

import type { KubeClient } from '@pipewright/kube';
import { ApiError, resource, type Resource } from '@pipewright/kube';
import { objectAt, textAt, type JsonObject } from '../../json.js';

interface ApiResource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

/** Looks up kinds; requests each group version once. */
export class ApiIndex {
  readonly #client: KubeClient;
  readonly #groups = new Map<string, Promise<readonly ApiResource[]>>();

  constructor(client: KubeClient) {
    this.#client = client;
  }

  /** Returns the resource that serves an object; undefined if the server does not have its kind. */
  async tryFind(object: JsonObject): Promise<Resource | undefined> {
    const apiVersion = textAt(object, 'apiVersion') ?? '';
    const kind = textAt(object, 'kind');
    const known = this.#groups.get(apiVersion) ?? this.#discover(apiVersion);
    this.#groups.set(apiVersion, known);
    const found = (await known).find((each) => each.kind === kind && !each.name.includes('/'));
    return found && resource(apiVersion, found.name, found.kind, found.namespaced);
  }

  async #discover(apiVersion: string): Promise<readonly ApiResource[]> {
    const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    try {
      const response = await this.#client.request<{ readonly resources: readonly ApiResource[] }>({
        method: 'GET',
        path,
      });
      return response.resources;
    } catch (cause) {
      if (cause instanceof ApiError && cause.status === 404) return [];
      throw cause;
    }
  }
}

/** Creates an object, or patches an existing one (such as the `default` service account). */
export async function createOrPatch(client: KubeClient, kind: Resource, object: JsonObject): Promise<JsonObject> {
  const namespace = kind.namespaced ? (textAt(object, 'metadata', 'namespace') ?? 'default') : undefined;
  try {
    return await client.create<JsonObject>(kind, { namespace }, withNamespace(object, namespace), {
      fieldValidation: 'Strict',
    });
  } catch (cause) {
    const name = textAt(object, 'metadata', 'name');
    if (!(cause instanceof ApiError) || cause.status !== 409 || name === undefined) throw cause;
    return client.patch<JsonObject>(kind, { namespace, name }, withNamespace(object, namespace), { type: 'merge' });
  }
}

const withNamespace = (object: JsonObject, namespace: string | undefined): JsonObject =>
  namespace === undefined ? object : { ...object, metadata: { ...objectAt(object, 'metadata'), namespace } };
