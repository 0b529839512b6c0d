/**
 * The part of the Google Cloud Storage JSON API that transfers files: list, read, write, delete.
 *
 * Maps a Request to a Response. Objects have no versions, and lists are not paginated. Unix permissions are stored in
 * the metadata that gsutil's `-P` writes.
 */

import type { BucketFiles, ObjectMetadata } from './bucket-files.js';

/** The metadata key of an object's permissions, in octal. */
const MODE_KEY = 'goog-reserved-posix-mode';

/**
 * A list field specific to Pipewright: files in the directory that are not objects. The gsutil replacement prints them.
 */
const LEFT_OUT = 'leftOut';

/** Handles one request; `find` returns a bucket by name. */
export async function handleObjectRequest(
  request: Request,
  find: (bucket: string) => BucketFiles | undefined,
): Promise<Response> {
  const url = new URL(request.url);
  const [, upload, bucketName = '', objectName] =
    /^\/(upload\/)?storage\/v1\/b\/([^/]+)\/o(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
  const [decodedBucket, name] = [decoded(bucketName), decoded(objectName)];
  if (decodedBucket === undefined || name === undefined)
    return errorResponse(400, `${url.pathname} is not valid percent-encoding`);
  const bucket = find(decodedBucket);
  if (!bucket) return errorResponse(404, `The specified bucket does not exist: ${bucketName}`);
  const toResource = (object: ObjectMetadata): object => resourceOf(object, bucketName);
  if (upload !== undefined) return writeObject(request, url, bucket, toResource);
  if (objectName === undefined) {
    if (request.method !== 'GET') return errorResponse(405, 'only GET is supported for lists');
    return Response.json({ kind: 'storage#objects', ...listObjects(bucket, url.searchParams, toResource) });
  }
  if (request.method === 'DELETE')
    return bucket.remove(name)
      ? new Response(null, { status: 204 })
      : errorResponse(404, `No such object: ${bucketName}/${name}`);
  if (request.method !== 'GET') return errorResponse(405, 'objects can be read, removed, or uploaded as a whole');
  const object = bucket.stat(name);
  if (!object) return errorResponse(404, `No such object: ${bucketName}/${name}`);
  if (url.searchParams.get('alt') !== 'media') return Response.json(toResource(object));
  return new Response(bucket.read(name) as Uint8Array<ArrayBuffer> | undefined, {
    // readFileSync returns a buffer backed by an ArrayBuffer
    headers: { 'content-type': 'application/octet-stream', [`x-goog-meta-${MODE_KEY}`]: object.mode.toString(8) },
  });
}

function decoded(text = ''): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // decodeURIComponent throws only for invalid encodings
  }
}

async function writeObject(
  request: Request,
  url: URL,
  bucket: BucketFiles,
  toResource: (object: ObjectMetadata) => object,
): Promise<Response> {
  const name = url.searchParams.get('name') ?? '';
  if (request.method !== 'POST' || url.searchParams.get('uploadType') !== 'media')
    return errorResponse(400, 'only simple uploads are supported: POST with uploadType=media');
  const mode = request.headers.get(`x-goog-meta-${MODE_KEY}`);
  const content = new Uint8Array(await request.arrayBuffer());
  const object = bucket.write(name, content, mode === null ? undefined : Number.parseInt(mode, 8));
  return object
    ? Response.json(toResource(object))
    : errorResponse(400, `${JSON.stringify(name)} is not a valid file name on this machine`);
}

function listObjects(
  bucket: BucketFiles,
  query: URLSearchParams,
  toResource: (object: ObjectMetadata) => object,
): object {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const { objects, leftOut } = bucket.list(prefix);
  const rest = leftOut.length > 0 && { [LEFT_OUT]: leftOut };
  if (delimiter === '') return { items: objects.map(toResource), ...rest };
  const folderOf = ({ name }: ObjectMetadata): string | undefined => {
    const end = name.indexOf(delimiter, prefix.length);
    return end < 0 ? undefined : name.slice(0, end + delimiter.length);
  };
  return {
    items: objects.filter((object) => folderOf(object) === undefined).map(toResource),
    prefixes: [...new Set(objects.flatMap((object) => folderOf(object) ?? []))],
    ...rest,
  };
}

const resourceOf = ({ name, size, md5, updated, mode }: ObjectMetadata, bucket: string): object => ({
  kind: 'storage#object',
  id: `${bucket}/${name}`,
  name,
  bucket,
  size: String(size),
  md5Hash: md5,
  updated: updated.toISOString(),
  metadata: { [MODE_KEY]: mode.toString(8) },
});

const errorResponse = (code: number, message: string): Response =>
  Response.json({ error: { code, message, errors: [{ message, domain: 'global' }] } }, { status: code });
