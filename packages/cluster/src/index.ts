/** Kubernetes in one process. */

export { startCluster, type Cluster, type ClusterOptions } from './cluster.js';
export type { Admission, AdmissionAnswer, AdmissionRequest } from './api/world.js';
export type { Send } from './api/server.js';
