/**
 * Images as the node has them: not pulled, but looked up, by whoever started the cluster.
 */

/** The part of an image's configuration that says how to run it (OCI image specification). */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  /** `NAME=value` each. */
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  /** `uid`, `uid:gid`, `root`, or a name, which is not looked up. */
  readonly User?: string;
}

/** What stands for an image on this machine. */
export interface ImageSource {
  /** The machine's own root filesystem, read-only, or an absolute directory. */
  readonly rootfs: 'host' | string;
  /** Directories laid over the root, later ones on top. */
  readonly overlays?: readonly string[];
  readonly config?: ImageConfig;
}

/** Finds what stands for an image; undefined: it cannot be pulled. */
export type Images = (image: string) => ImageSource | undefined;

const REFERENCE =
  /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+:[a-f0-9]{32,})?$/;

/** Whether a text can be an image's name at all. */
export const isImageName = (image: string): boolean => REFERENCE.test(image);

/** Whom an image wants to run as; a name other than root cannot be looked up here. */
export function userOfImage(user: string | undefined): { readonly uid: number; readonly gid?: number } | undefined {
  const [, uid, gid] = /^(\d+|root)?(?::(\d+|root))?$/.exec(user ?? '') ?? [];
  const number = (text: string): number => (text === 'root' ? 0 : Number(text));
  if (uid === undefined) return undefined;
  return { uid: number(uid), ...(gid !== undefined && { gid: number(gid) }) };
}
