/** What an operator can configure about the pods that the controller creates. */

/** The stock images that run the controller's own steps. Each can be replaced, for clusters without access to public registries. */
export interface Images {
  /** Has `sh` and `git` (and `ssh` for ssh urls). */
  readonly git: string;
  /** Has `sh`, `awk`, `mkdir`, `cp` and `sha256sum`. */
  readonly shell: string;
  /** Has a static /bin/busybox, which is copied into pods whose images have no shell. (Docker Hub's `busybox:latest` is not static.) */
  readonly lent: string;
  /** Exits at once with any arguments; replaces the image of a sidecar after the steps have ended. */
  readonly nop: string;
  /** Has `sh`, `gsutil` and `gcloud`; moves the files of storage resources. */
  readonly gsutil: string;
  /** Has `node` (20 or later) and `tar`; reads and writes pull requests, unpacks archives. */
  readonly node: string;
}

/** The images used by default. */
export const DEFAULT_IMAGES: Images = {
  git: 'alpine/git',
  shell: 'busybox',
  lent: 'busybox:musl',
  nop: 'tianon/true',
  gsutil: 'google/cloud-sdk',
  node: 'node:20-alpine',
};
