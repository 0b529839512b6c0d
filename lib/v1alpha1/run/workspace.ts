/** What a run gives for a workspace: a volume, and a directory of it (Tekton v0.10). */

import type { k8s } from 'cdk8s-plus-27';

/** Where a workspace's files are kept: exactly one source. */
export class Workspace {
  private constructor(readonly source: object) {}

  /**
   * A PersistentVolumeClaim that exists. Tasks that share it see each other's files, and wait for each other where the volume
   * can be on one node only.
   *
   * @param subPath the directory of the volume; absent: its root
   */
  static claim(claimName: string, subPath?: string): Workspace {
    return new Workspace({ persistentVolumeClaim: { claimName }, ...(subPath !== undefined && { subPath }) });
  }

  /** An empty directory for each task, gone with its pod: tasks share nothing by it. */
  static emptyDirectory(options: k8s.EmptyDirVolumeSource = {}): Workspace {
    return new Workspace({ emptyDir: options });
  }

  /** The files of a ConfigMap, read-only. */
  static configMap(name: string, options: Omit<k8s.ConfigMapVolumeSource, 'name'> = {}): Workspace {
    return new Workspace({ configMap: { name, ...options } });
  }

  /** The files of a Secret, read-only. */
  static secret(secretName: string, options: Omit<k8s.SecretVolumeSource, 'secretName'> = {}): Workspace {
    return new Workspace({ secret: { secretName, ...options } });
  }
}
