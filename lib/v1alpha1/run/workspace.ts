/** The binding of a workspace in a run: a volume, and a directory in it (Tekton v0.10). */

import type { k8s } from 'cdk8s-plus-27';

/** The source of a workspace's files: exactly one. */
export class Workspace {
  private constructor(readonly source: object) {}

  /**
   * An existing PersistentVolumeClaim. Tasks that share it see each other's files, and wait for each other if the volume
   * can be mounted on one node only.
   *
   * @param subPath the directory in the volume; its root by default
   */
  static claim(claimName: string, subPath?: string): Workspace {
    return new Workspace({ persistentVolumeClaim: { claimName }, ...(subPath !== undefined && { subPath }) });
  }

  /** An empty directory per task, which is deleted with its pod: tasks cannot share files in it. */
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
