/** What an operator may choose about the pods the controller makes. Pure data; the command line fills it in. */

/** The stock images that run the controller's own steps. Every one can be named otherwise, for registries without a way out. */
export interface Images {
  /** Has `sh` and `git` (and `ssh` for ssh urls). */
  readonly git: string;
  /** Has `sh`, `awk`, `mkdir`, `cp` and `sha256sum`. */
  readonly shell: string;
  /** Has a static /bin/busybox, which is lent to images without a shell. (Docker Hub's `busybox:latest` is not static.) */
  readonly lent: string;
  /** Does nothing and ends at once, whatever it is told to run; takes a sidecar's place when the steps have ended. */
  readonly nop: string;
  /** Has `sh`, `gsutil` and `gcloud`; moves the files of storage resources. */
  readonly gsutil: string;
  /** Has `node` (20 or later) and `tar`; reads and writes pull requests, unpacks archives. */
  readonly node: string;
}

/** The images used when none are named. */
export const DEFAULT_IMAGES: Images = {
  git: 'alpine/git',
  shell: 'busybox',
  lent: 'busybox:musl',
  nop: 'tianon/true',
  gsutil: 'google/cloud-sdk',
  node: 'node:20-alpine',
};
