/**
 * The content of a registry by digest, and the blobs, manifests and tags of each repository.
 *
 *     blobs/<hex>                              the content, stored once for all repositories
 *     repositories/<name>/_blobs/<hex>         an empty file: the repository contains the blob
 *     repositories/<name>/_manifests/<hex>     the manifest's media type; its bytes are a blob
 *     repositories/<name>/_tags/<tag>          the digest of the manifest
 *     uploads/<id>                             the received part of an upload
 *
 * No component of a repository's name begins with `_`, so names do not collide with the registry's own files.
 */

import type { FileStore, Range } from './files.js';
import { isDigest, isTag, type Digest } from './names.js';

/** The manifest that a tag or digest refers to. */
export interface ManifestReference {
  readonly digest: Digest;
  readonly mediaType: string;
}

const hex = (digest: Digest): string => digest.slice('sha256:'.length);
const content = (digest: Digest): string => `blobs/${hex(digest)}`;
const blobLink = (repository: string, digest: Digest): string => `repositories/${repository}/_blobs/${hex(digest)}`;
const manifestLink = (repository: string, digest: Digest): string =>
  `repositories/${repository}/_manifests/${hex(digest)}`;
const tagFile = (repository: string, tag: string): string => `repositories/${repository}/_tags/${tag}`;

/** Stores repositories in a file store. Callers validate the requests of clients. */
export class BlobStore {
  readonly #files: FileStore;

  constructor(files: FileStore) {
    this.#files = files;
  }

  /** Returns the size of a blob of a repository. */
  async blobSize(repository: string, digest: Digest): Promise<number | undefined> {
    if ((await this.#files.size(blobLink(repository, digest))) === undefined) return undefined;
    return this.#files.size(content(digest));
  }

  openBlob(digest: Digest, range: Range): ReadableStream<Uint8Array> {
    return this.#files.open(content(digest), range);
  }

  /** Moves the file at `path`, whose digest was verified, into the store. */
  async adopt(repository: string, digest: Digest, path: string): Promise<void> {
    await this.#files.move(path, content(digest));
    await this.link(repository, digest);
  }

  /** Links an existing blob to a repository. */
  async link(repository: string, digest: Digest): Promise<void> {
    await this.#files.put(blobLink(repository, digest), new Uint8Array());
  }

  /** @returns whether the repository contained the blob */
  async removeBlob(repository: string, digest: Digest): Promise<boolean> {
    if ((await this.#files.size(blobLink(repository, digest))) === undefined) return false;
    await this.#files.remove(blobLink(repository, digest));
    await this.#dropUnlinked(digest);
    return true;
  }

  /** Stores a manifest of a known digest; the tag, if given, is set last. */
  async putManifest(
    repository: string,
    bytes: Uint8Array,
    { digest, mediaType }: ManifestReference,
    tag?: string,
  ): Promise<void> {
    await this.#files.put(content(digest), bytes);
    await this.#files.put(manifestLink(repository, digest), Buffer.from(mediaType));
    if (tag !== undefined) await this.#files.put(tagFile(repository, tag), Buffer.from(digest));
  }

  async find(repository: string, reference: string): Promise<ManifestReference | undefined> {
    const digest = isDigest(reference) ? reference : await this.#tagged(repository, reference);
    if (digest === undefined) return undefined;
    const mediaType = await this.#files.read(manifestLink(repository, digest));
    return mediaType && { digest, mediaType: Buffer.from(mediaType).toString() };
  }

  async manifest(digest: Digest): Promise<Uint8Array | undefined> {
    return this.#files.read(content(digest));
  }

  /** Returns all manifests of a repository, sorted by digest. */
  async manifests(repository: string): Promise<readonly (ManifestReference & { readonly bytes: Uint8Array })[]> {
    const names = await this.#files.list(`repositories/${repository}/_manifests`);
    const all = await Promise.all(
      names.map(async (name) => {
        const found = await this.find(repository, `sha256:${name}`);
        const bytes = found && (await this.manifest(found.digest));
        return found && bytes && { ...found, bytes };
      }),
    );
    return all.filter((one) => one !== undefined);
  }

  /** Removes a tag, or a digest with its tags. @returns whether it existed */
  async removeManifest(repository: string, reference: string): Promise<boolean> {
    const found = await this.find(repository, reference);
    if (!found) return false;
    if (isTag(reference)) {
      await this.#files.remove(tagFile(repository, reference));
      return true;
    }
    for (const tag of await this.tags(repository))
      if ((await this.#tagged(repository, tag)) === found.digest) await this.#files.remove(tagFile(repository, tag));
    await this.#files.remove(manifestLink(repository, found.digest));
    await this.#dropUnlinked(found.digest);
    return true;
  }

  async tags(repository: string): Promise<readonly string[]> {
    return this.#files.list(`repositories/${repository}/_tags`);
  }

  /** Whether anything was pushed to a repository. */
  async has(repository: string): Promise<boolean> {
    return (await this.#files.list(`repositories/${repository}`)).some((name) => name.startsWith('_'));
  }

  /** Returns the sorted names of all repositories. */
  async repositories(below = ''): Promise<readonly string[]> {
    const names = await this.#files.list(below === '' ? 'repositories' : `repositories/${below}`);
    const own = below !== '' && names.some((name) => name.startsWith('_')) ? [below] : [];
    const nested = names
      .filter((name) => !name.startsWith('_'))
      .map((name) => this.repositories(below === '' ? name : `${below}/${name}`));
    return [...own, ...(await Promise.all(nested)).flat()].sort();
  }

  async #tagged(repository: string, tag: string): Promise<Digest | undefined> {
    const digest = Buffer.from((await this.#files.read(tagFile(repository, tag))) ?? []).toString();
    return isDigest(digest) ? digest : undefined;
  }

  async #dropUnlinked(digest: Digest): Promise<void> {
    for (const repository of await this.repositories())
      for (const link of [blobLink(repository, digest), manifestLink(repository, digest)])
        if ((await this.#files.size(link)) !== undefined) return;
    await this.#files.remove(content(digest));
  }
}
