/**
 * An OCI registry as a function: the distribution specification 1.1, from Request to Response.
 *
 * Steps push to it as to any registry; the owner of the cluster reads the result. Callers in this process need no credentials; the
 * listening registry requires random ones.
 */

import { systemClock, type Clock } from '@pipewright/apimachinery';
import { systemRandom, type Random } from '../platform/random.js';
import { diskFileStore, memoryFileStore } from './files.js';
import { newLogin, requireLogin, type RegistryLogin } from './login.js';
import { OCI_INDEX, readManifest } from './manifest.js';
import { digestOf, isRepository, isTag, type Digest } from './names.js';
import { pageOf } from './page.js';
import { RegistryError } from './registry-error.js';
import { digest, routeOf, type Route } from './routes.js';
import { serveOnLoopback } from './serve.js';
import { BlobStore, type ManifestReference } from './blob-store.js';
import { rangeOf, Uploads, type UploadLimits } from './uploads.js';

/** Larger manifests are rejected; the specification requires at least this limit. */
const MANIFEST_LIMIT = 4 * 1024 * 1024;

const MIB = 1024 * 1024;
const HOUR_MS = 60 * 60 * 1000;
const LIMITS = { sessions: 512, idleMs: HOUR_MS, ageMs: 24 * HOUR_MS };
const LIMITS_IN_MEMORY: UploadLimits = { ...LIMITS, bytes: 1024 * MIB, totalBytes: 2048 * MIB };
const LIMITS_ON_DISK: UploadLimits = { ...LIMITS, bytes: 8192 * MIB, totalBytes: 16384 * MIB };

/** A listening registry. */
export interface ServedRegistry {
  readonly port: number;
  /** The credentials of clients, for HTTP Basic. */
  readonly login: RegistryLogin;
  /** Stops listening and ends open connections. */
  close(): Promise<void>;
}

/** A registry, ready for use; `serve` is only needed for clients outside of the process. */
export interface Registry {
  /** Answers a request of this process, without authentication. Never rejects: errors are answers. */
  handle(request: Request): Promise<Response>;
  /** Listens on 127.0.0.1, with authentication. @default any free port */
  serve(options?: { readonly port?: number }): Promise<ServedRegistry>;
  /** Returns the manifest of a tag or digest; undefined if it does not exist. */
  resolve(repository: string, reference: string): Promise<ManifestReference | undefined>;
  /** Returns the sorted names of all repositories. */
  repositories(): Promise<readonly string[]>;
  /** Removes unfinished uploads. */
  close(): Promise<void>;
}

/** Options of a registry. */
export interface RegistryOptions {
  /** The directory of the data. @default in memory */
  readonly dir?: string;
  /** Limits of unfinished uploads. @default - uploads of 8 GiB on a disk and 1 GiB in memory, twice that together, for an hour */
  readonly limits?: Partial<UploadLimits>;
  /** @default the machine's */
  readonly clock?: Clock;
  /** The source of logins and upload ids. @default the machine's */
  readonly random?: Random;
}

/** Creates a registry. */
export function createRegistry(options: RegistryOptions = {}): Registry {
  const { dir, clock = systemClock, random = systemRandom } = options;
  const files = dir === undefined ? memoryFileStore() : diskFileStore(dir);
  const limits = { ...(dir === undefined ? LIMITS_IN_MEMORY : LIMITS_ON_DISK), ...options.limits };
  const uploads = new Uploads({ files, limits, clock, random });
  const endpoints = new Endpoints(new BlobStore(files), uploads);
  const fresh = uploads.clear(); // sessions are kept in memory: uploads of an earlier process cannot continue
  fresh.catch(() => undefined); // every answer reports the failure
  const handle = (request: Request, allow: (request: Request) => void = () => undefined): Promise<Response> =>
    answered(async () => {
      allow(request);
      await fresh;
      return endpoints.answer(request);
    });
  return {
    handle: (request) => handle(request),
    serve: async ({ port = 0 } = {}) => {
      const login = newLogin(random);
      const serving = await serveOnLoopback((request) => handle(request, (it) => requireLogin(it, login)), port);
      return { ...serving, login };
    },
    resolve: async (repository, reference) =>
      isRepository(repository) ? endpoints.blobStore.find(repository, reference) : undefined,
    repositories: () => endpoints.blobStore.repositories(),
    close: () => uploads.clear(),
  };
}

/** Converts errors to answers. */
async function answered(work: () => Promise<Response>): Promise<Response> {
  const response = await work().catch((cause: unknown) => {
    if (cause instanceof RegistryError) return cause.response();
    const message = cause instanceof Error ? cause.message : String(cause);
    return Response.json({ errors: [{ code: 'UNKNOWN', message }] }, { status: 500 });
  });
  response.headers.set('docker-distribution-api-version', 'registry/2.0');
  return response;
}

class Endpoints {
  readonly blobStore: BlobStore;
  readonly #uploads: Uploads;

  constructor(blobStore: BlobStore, uploads: Uploads) {
    this.blobStore = blobStore;
    this.#uploads = uploads;
  }

  answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    return this.#route(request, url, routeOf(url.pathname));
  }

  async #route(request: Request, url: URL, route: Route): Promise<Response> {
    const method = request.method === 'HEAD' ? 'GET' : request.method;
    switch (`${method} ${route.kind}`) {
      case 'GET version':
        return Response.json({});
      case 'GET catalog':
        return pageOf(url, 'repositories', await this.blobStore.repositories(), {});
    }
    if (route.kind === 'version' || route.kind === 'catalog') throw unsupported(request);
    switch (route.kind) {
      case 'uploads':
        if (method === 'POST') return this.#beginUpload(request, url, route.repository);
        break;
      case 'upload':
        return this.#upload(request, url, route.repository, route.id);
      case 'blob':
        if (method === 'GET') return this.#getBlob(request, route.repository, route.digest);
        if (method === 'DELETE') return this.#deleteBlob(route.repository, route.digest);
        break;
      case 'manifest':
        if (method === 'GET') return this.#getManifest(request, route.repository, route.reference);
        if (method === 'PUT') return this.#putManifest(request, route.repository, route.reference);
        if (method === 'DELETE') return this.#deleteManifest(route.repository, route.reference);
        break;
      case 'tags':
        if (method !== 'GET') break;
        if (!(await this.blobStore.has(route.repository))) throw unknownName(route.repository);
        return pageOf(url, 'tags', await this.blobStore.tags(route.repository), { name: route.repository });
      case 'referrers':
        if (method === 'GET') return this.#referrers(url, route.repository, route.digest);
    }
    throw unsupported(request);
  }

  async #beginUpload(request: Request, url: URL, repository: string): Promise<Response> {
    const mount = url.searchParams.get('mount');
    const from = url.searchParams.get('from');
    if (mount !== null && from !== null && isRepository(from)) {
      const mountedDigest = digest(mount);
      if ((await this.blobStore.blobSize(from, mountedDigest)) !== undefined) {
        await this.blobStore.link(repository, mountedDigest);
        return created(`/v2/${repository}/blobs/${mountedDigest}`, mountedDigest);
      }
    }
    const whole = mount === null ? url.searchParams.get('digest') : null;
    const expected = whole === null ? undefined : digest(whole);
    const id = await this.#uploads.begin(repository);
    if (expected === undefined) return this.#progress(repository, id);
    try {
      return await this.#finish(request, repository, id, expected);
    } catch (cause) {
      await this.#uploads.abandon(repository, id).catch(() => undefined); // the client never received its id
      throw cause;
    }
  }

  async #upload(request: Request, url: URL, repository: string, id: string): Promise<Response> {
    await this.#uploads.expire();
    switch (request.method) {
      case 'GET':
        return this.#progress(repository, id, 204);
      case 'PATCH':
        await this.#uploads.append(repository, id, request.body, firstByte(request));
        return this.#progress(repository, id);
      case 'PUT':
        return this.#finish(request, repository, id, digest(url.searchParams.get('digest') ?? ''));
      case 'DELETE':
        await this.#uploads.abandon(repository, id);
        return new Response(null, { status: 204 });
      default:
        throw unsupported(request);
    }
  }

  async #finish(request: Request, repository: string, id: string, expected: Digest): Promise<Response> {
    await this.#uploads.append(repository, id, request.body, firstByte(request));
    await this.blobStore.adopt(repository, expected, await this.#uploads.finish(repository, id, expected));
    return created(`/v2/${repository}/blobs/${expected}`, expected);
  }

  #progress(repository: string, id: string, status = 202): Response {
    const range = rangeOf(this.#uploads.size(repository, id));
    const location = `/v2/${repository}/blobs/uploads/${id}`;
    return new Response(null, {
      status,
      headers: { location, range, 'docker-upload-uuid': id, 'content-length': '0' },
    });
  }

  async #getBlob(request: Request, repository: string, digest: Digest): Promise<Response> {
    const size = await this.blobStore.blobSize(repository, digest);
    if (size === undefined) throw new RegistryError('BLOB_UNKNOWN', `${repository} has no blob ${digest}`, { digest });
    const range = requestedRange(request.headers.get('range'), size);
    const { first, last } = range ?? { first: 0, last: size - 1 };
    const headers = {
      'content-type': 'application/octet-stream',
      'content-length': String(last - first + 1),
      'accept-ranges': 'bytes',
      'docker-content-digest': digest,
      etag: `"${digest}"`,
      ...(range && { 'content-range': `bytes ${first}-${last}/${size}` }),
    };
    const body = request.method === 'HEAD' ? null : this.blobStore.openBlob(digest, { first, last });
    return new Response(body, { status: range ? 206 : 200, headers });
  }

  async #deleteBlob(repository: string, digest: Digest): Promise<Response> {
    if (!(await this.blobStore.removeBlob(repository, digest)))
      throw new RegistryError('BLOB_UNKNOWN', `${repository} has no blob ${digest}`, { digest });
    return new Response(null, { status: 202 });
  }

  async #getManifest(request: Request, repository: string, reference: string): Promise<Response> {
    const found = await this.blobStore.find(repository, reference);
    const bytes = found && (await this.blobStore.manifest(found.digest));
    if (!found || !bytes) throw await this.#unknownManifest(repository, reference);
    const headers = {
      'content-type': found.mediaType,
      'content-length': String(bytes.byteLength),
      'docker-content-digest': found.digest,
      etag: `"${found.digest}"`,
    };
    return new Response(request.method === 'HEAD' ? null : Buffer.from(bytes), { headers });
  }

  async #putManifest(request: Request, repository: string, reference: string): Promise<Response> {
    const bytes = await limited(request, MANIFEST_LIMIT);
    const manifest = readManifest(bytes, request.headers.get('content-type'));
    for (const needs of manifest.needs)
      if ((await this.blobStore.blobSize(repository, needs)) === undefined)
        throw new RegistryError(
          'MANIFEST_BLOB_UNKNOWN',
          `push ${needs} to ${repository} before the manifest that needs it`,
          {
            digest: needs,
          },
        );
    const tag = isTag(reference) ? reference : undefined;
    const actual = digestOf(bytes);
    if (tag === undefined && actual !== reference)
      throw new RegistryError('DIGEST_INVALID', `the manifest has the digest ${actual}, not ${reference}`, { actual });
    await this.blobStore.putManifest(repository, bytes, { digest: actual, mediaType: manifest.mediaType }, tag);
    const response = created(`/v2/${repository}/manifests/${actual}`, actual);
    if (manifest.subject !== undefined) response.headers.set('oci-subject', manifest.subject);
    return response;
  }

  async #deleteManifest(repository: string, reference: string): Promise<Response> {
    if (!(await this.blobStore.removeManifest(repository, reference)))
      throw await this.#unknownManifest(repository, reference);
    return new Response(null, { status: 202 });
  }

  /** Lists the manifests whose subject is `subject`, computed from all manifests: repositories of one run are small. */
  async #referrers(url: URL, repository: string, subject: Digest): Promise<Response> {
    const typeFilter = url.searchParams.get('artifactType');
    const manifests = (await this.blobStore.manifests(repository))
      .map(({ bytes, mediaType, digest: own }) => ({ own, size: bytes.byteLength, ...readManifest(bytes, mediaType) }))
      .filter((one) => one.subject === subject && (typeFilter === null || one.artifactType === typeFilter))
      .map(({ own, size, mediaType, artifactType, annotations }) => ({
        mediaType,
        digest: own,
        size,
        ...(artifactType !== undefined && { artifactType }),
        ...(annotations && { annotations }),
      }));
    const headers = {
      'content-type': OCI_INDEX,
      ...(typeFilter !== null && { 'oci-filters-applied': 'artifactType' }),
    };
    return new Response(JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests }), { headers });
  }

  async #unknownManifest(repository: string, reference: string): Promise<RegistryError> {
    if (!(await this.blobStore.has(repository))) return unknownName(repository);
    return new RegistryError('MANIFEST_UNKNOWN', `${repository} has no manifest ${reference}`, { reference });
  }
}

const unknownName = (repository: string): RegistryError =>
  new RegistryError('NAME_UNKNOWN', `nothing was pushed to ${repository}`, { name: repository });

const unsupported = (request: Request): RegistryError =>
  new RegistryError('UNSUPPORTED', `${request.method} is not supported at ${new URL(request.url).pathname}`);

const created = (location: string, contentDigest: Digest): Response =>
  new Response(null, {
    status: 201,
    headers: { location, 'docker-content-digest': contentDigest, 'content-length': '0' },
  });

/** Returns the start of a chunk. The specification writes `Content-Range: <first>-<last>` without a unit; both forms are accepted. */
function firstByte(request: Request): number | undefined {
  const text = request.headers.get('content-range');
  if (text === null) return undefined;
  const [, first] = /^(?:bytes[ =])?(\d+)-\d+(?:\/.*)?$/.exec(text) ?? [];
  if (first === undefined)
    throw new RegistryError('BLOB_UPLOAD_INVALID', `Content-Range ${JSON.stringify(text)} is not a range`);
  return Number(first);
}

function requestedRange(text: string | null, size: number): { first: number; last: number } | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(text ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const range =
    first === ''
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) };
  if (range.first > range.last)
    throw new RegistryError('RANGE_INVALID', `the blob has ${size} bytes`, undefined, {
      'content-range': `bytes */${size}`,
    });
  return range;
}

async function limited(request: Request, most: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > most) throw new RegistryError('SIZE_INVALID', `a manifest has at most ${most} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
