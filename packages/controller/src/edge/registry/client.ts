/**
 * Reads the command of an image from its registry: the manifest, then the configuration. Docker's older media types are read too.
 */

import { invalidImageReason, parseImageName } from '@pipewright/tekton';
import { imageCommand, type ImageCommandResult } from '../../pod/image-command.js';
import { RegistryError, RegistrySession, type RegistryOptions } from './session.js';

interface Manifest {
  readonly manifests?: readonly {
    readonly digest: string;
    readonly platform?: { readonly os?: string; readonly architecture?: string };
  }[];
  readonly config?: { readonly digest: string };
}

/** Looks up the command of an image. Failures are part of the result. */
export async function lookUpImage(image: string, options: RegistryOptions): Promise<ImageCommandResult> {
  const fault = invalidImageReason(image);
  if (fault !== undefined) return { kind: 'missing', message: `the image name "${image}" is invalid: ${fault}` };
  const name = parseImageName(image);
  try {
    const session = new RegistrySession(name, options);
    const top = await session.json<Manifest>(`manifests/${name.digest ?? name.tag ?? 'latest'}`);
    const chosen = choosePlatform(top);
    const manifest = chosen === undefined ? top : await session.json<Manifest>(`manifests/${chosen}`);
    if (!manifest.config)
      return {
        kind: 'unknown',
        reason: `the registry ${name.registry} has its manifest in an old, unsupported format`,
      };
    const { config } = await session.json<{ config?: Parameters<typeof imageCommand>[0] }>(
      `blobs/${manifest.config.digest}`,
    );
    return imageCommand(config ?? {}) ?? { kind: 'unknown', reason: 'it defines no program' };
  } catch (cause) {
    if (cause instanceof RegistryError && cause.status === 404)
      return { kind: 'missing', message: `Error getting image manifest: ${cause.message}` };
    const message = cause instanceof Error ? cause.message : String(cause);
    return { kind: 'unknown', reason: `cannot query the registry ${name.registry}: ${message}` };
  }
}

/** Chooses linux/amd64 in an image for several platforms; the command is the same on all but unusual images. */
function choosePlatform({ manifests }: Manifest): string | undefined {
  const usual = manifests?.find(({ platform }) => platform?.os === 'linux' && platform.architecture === 'amd64');
  return (usual ?? manifests?.find(({ platform }) => platform?.os === 'linux') ?? manifests?.[0])?.digest;
}
