/**
 * What a registry holds, and where: content by digest, and for each repository which content and tags are its own.
 *
 *     blobs/<hex>                              the bytes, once, whoever links to them
 *     repositories/<name>/_blobs/<hex>         an empty file: this repository has the blob
 *     repositories/<name>/_manifests/<hex>     the manifest's media type; its bytes are a blob
 *     repositories/<name>/_tags/<tag>          the digest
 *     uploads/<id>                             what has arrived so far
 *
 * No component of a repository's name begins with `_`, so names never meet the registry's own files.
 */

import type { FileStore, Range } from './files.js';
import { isDigest, isTag, type Digest } from './names.js';

/** What a tag or digest leads to. */
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

/** Repositories over a file store. Nothing here checks what a client sent: that is done before. */
export class BlobStore {
  readonly #files: FileStore;

  constructor(files: FileStore) {
    this.#files = files;
  }

  /** Size of a blob that this repository has. */
  async blobSize(repository: string, digest: Digest): Promise<number | undefined> {
    if ((await this.#files.size(blobLink(repository, digest))) === undefined) return undefined;
    return this.#files.size(content(digest));
  }

  openBlob(digest: Digest, range: Range): ReadableStream<Uint8Array> {
    return this.#files.open(content(digest), range);
  }

  /** Takes over the bytes at `path`, which were seen to have this digest. */
  async adopt(repository: string, digest: Digest, path: string): Promise<void> {
    await this.#files.move(path, content(digest));
    await this.link(repository, digest);
  }

  /** Makes a blob that some repository has one of this repository too. */
  async link(repository: string, digest: Digest): Promise<void> {
    await this.#files.put(blobLink(repository, digest), new Uint8Array());
  }

  /** @returns whether the repository had it */
  async removeBlob(repository: string, digest: Digest): Promise<boolean> {
    if ((await this.#files.size(blobLink(repository, digest))) === undefined) return false;
    await this.#files.remove(blobLink(repository, digest));
    await this.#dropUnlinked(digest);
    return true;
  }

  /** Keeps a manifest whose digest the caller has worked out; the tag, if any, moves to it last. */
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

  /** Every manifest of a repository, in the order of their digests. */
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

  /** A tag goes alone; a digest takes its tags with it. @returns whether there was one */
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

  /** Whether anything was ever pushed there. */
  async has(repository: string): Promise<boolean> {
    return (await this.#files.list(`repositories/${repository}`)).some((name) => name.startsWith('_'));
  }

  /** Names of all repositories, sorted. */
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
