/**
 * Images of the node, which are not pulled: the creator of the cluster provides a stand-in for each.
 */

/** The part of an image configuration that the node uses (OCI image specification). */
export interface ImageConfig {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  /** Each is `NAME=value`. */
  readonly Env?: readonly string[];
  readonly WorkingDir?: string;
  /** `uid`, `uid:gid`, `root`, or a name, which is not resolved. */
  readonly User?: string;
}

/** The stand-in for an image on this machine. */
export interface ImageSource {
  /** The machine's own root filesystem, read-only, or an absolute directory. */
  readonly rootfs: 'host' | string;
  /** Directories layered over the root, later ones on top. */
  readonly overlays?: readonly string[];
  readonly config?: ImageConfig;
}

/** Returns the stand-in for an image; undefined if it cannot be pulled. */
export type Images = (image: string) => ImageSource | undefined;

const REFERENCE =
  /^(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_{1,2}|-+)[a-z0-9]+)*)*(?::\w[\w.-]{0,127})?(?:@[a-z0-9]+:[a-f0-9]{32,})?$/;

/** Whether a text is a valid image name. */
export const isImageName = (image: string): boolean => REFERENCE.test(image);

/** Returns the user of an image; undefined for names other than root, which cannot be resolved here. */
export function userOfImage(user: string | undefined): { readonly uid: number; readonly gid?: number } | undefined {
  const [, uid, gid] = /^(\d+|root)?(?::(\d+|root))?$/.exec(user ?? '') ?? [];
  const number = (text: string): number => (text === 'root' ? 0 : Number(text));
  if (uid === undefined) return undefined;
  return { uid: number(uid), ...(gid !== undefined && { gid: number(gid) }) };
}
