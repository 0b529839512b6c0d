/**
 * The bundles resolver: reads a definition from a Tekton bundle, an OCI image with one layer per definition.
 *
 * Annotations of the manifest name the kind and name of each layer's object. Digests are verified.
 */

import { createHash } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parseImageName } from '@pipewright/tekton';
import { SECRETS } from '@pipewright/kube';
import { ResolverError, type ResolvedManifest } from '../../resolvers/resolution.js';
import { firstFileOf } from '../../resolvers/tar-file.js';
import type { ResolverParams } from '../../resolvers/params.js';
import { loginFor } from '../registry/auth.js';
import { RegistryError, RegistrySession } from '../registry/session.js';
import { MAX_DEFINITION_BYTES } from './bounded-fetch.js';
import type { FetchContext, SecretObject } from './fetch-context.js';

type BundleParams = Extract<ResolverParams, { kind: 'bundles' }>;

interface Layer {
  readonly digest?: unknown;
  readonly annotations?: Readonly<Record<string, unknown>>;
}

const MAX_LAYERS = 20;

/** Reads the definition. @throws ResolverError */
export async function readBundle(params: BundleParams, context: FetchContext): Promise<ResolvedManifest> {
  const image = parseImageName(params.bundle);
  const secrets = await pullSecrets(params, context);
  const { fetch, registries } = context;
  const session = new RegistrySession(image, { fetch, registries, login: (host) => loginFor(host, secrets) });
  const bytes = await read(session, `manifests/${image.digest ?? image.tag ?? 'latest'}`, params);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (image.digest !== undefined && image.digest !== `sha256:${sha256}`)
    throw new ResolverError(`the registry returned a manifest with the digest sha256:${sha256} for ${params.bundle}`);
  const layer = layersOf(bytes, params).find((candidate) => isObjectOf(candidate, params));
  if (!layer)
    throw new ResolverError(`could not find object in image with kind: ${params.objectKind} and name: ${params.name}`);
  const manifest = await contentOf(session, layer, params);
  const uri = `${image.registry === 'docker.io' ? 'index.docker.io' : image.registry}/${image.repository}`;
  return { kind: 'resolved', manifest, refSource: { uri, digest: { sha256 }, entryPoint: params.name } };
}

async function pullSecrets({ secret }: BundleParams, { client, namespace, signal }: FetchContext) {
  if (secret === undefined) return [];
  const object = await client.get<SecretObject>(SECRETS, { namespace, name: secret }, { signal });
  if (!object)
    throw new ResolverError(
      `the secret "${secret}" does not exist in namespace ${namespace}; correct the param secret`,
    );
  return [object];
}

async function read(session: RegistrySession, path: string, { bundle }: BundleParams): Promise<Buffer> {
  try {
    return await session.bytes(path);
  } catch (error) {
    if (error instanceof RegistryError && error.status === 404)
      throw new ResolverError(`could not find image in registry: ${bundle}: ${error.message}`);
    throw new ResolverError(
      `cannot read the bundle ${bundle}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function layersOf(manifest: Buffer, { bundle }: BundleParams): readonly Layer[] {
  let layers: unknown;
  try {
    ({ layers } = JSON.parse(manifest.toString()) as { readonly layers?: unknown }); // checked below
  } catch {
    layers = undefined;
  }
  if (!Array.isArray(layers))
    throw new ResolverError(
      `${bundle} is not a Tekton bundle: its manifest has no layers; create one with "tkn bundle push"`,
    );
  if (layers.length > MAX_LAYERS)
    throw new ResolverError(`bundle contained more than the maximum ${String(MAX_LAYERS)} allow objects`);
  const invalid = layers.findIndex((layer: Layer | null) => typeof layer?.annotations?.[KIND] !== 'string');
  if (invalid >= 0)
    throw new ResolverError(
      `invalid tekton bundle: the layer ${String(invalid)} does not contain a ${KIND} annotation`,
    );
  return layers as readonly Layer[]; // annotations were checked, and digests are checked when read
}

const KIND = 'dev.tekton.image.kind';

const isObjectOf = ({ annotations = {} }: Layer, { objectKind, name }: BundleParams): boolean =>
  String(annotations[KIND]).toLowerCase() === objectKind.toLowerCase() && annotations['dev.tekton.image.name'] === name;

async function contentOf(session: RegistrySession, { digest }: Layer, params: BundleParams): Promise<string> {
  const bytes = await read(session, `blobs/${String(digest)}`, params);
  if (`sha256:${createHash('sha256').update(bytes).digest('hex')}` !== digest)
    throw new ResolverError(`the layer ${String(digest)} of ${params.bundle} does not match its digest`);
  const content = firstFileOf(unpacked(bytes, params));
  if (!content)
    throw new ResolverError(`the layer ${String(digest)} of ${params.bundle} is not a tar archive with a file`);
  return content.toString();
}

function unpacked(bytes: Buffer, { bundle }: BundleParams): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: 2 * MAX_DEFINITION_BYTES });
  } catch {
    throw new ResolverError(`a layer of ${bundle} is damaged or larger than ${String(2 * MAX_DEFINITION_BYTES)} bytes`);
  }
}
