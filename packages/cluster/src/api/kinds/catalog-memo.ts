/**
 * A value computed from a resource catalog, and kept until the catalog changes.
 *
 * Serves documents that are large and rarely change: OpenAPI.
 */

import type { Catalog } from './resource-catalog.js';

/** Memoizes a function of one catalog. */
export class CatalogMemo<T> {
  readonly catalog: Catalog;
  readonly #compute: (catalog: Catalog) => T;
  #known: { readonly version: number; readonly value: T } | undefined;

  constructor(catalog: Catalog, compute: (catalog: Catalog) => T) {
    this.catalog = catalog;
    this.#compute = compute;
  }

  /** Returns the value for the catalog as it is now. */
  get(): T {
    const { version } = this.catalog;
    if (this.#known?.version !== version) this.#known = { version, value: this.#compute(this.catalog) };
    return this.#known.value;
  }
}
