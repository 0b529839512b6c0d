/** Kubernetes in one process. */

export { startCluster, type Cluster, type ClusterOptions, type Served } from './cluster.js';
export type { Admission, AdmissionAnswer, AdmissionRequest } from './api/world.js';
export type { Send } from './api/server.js';
export { ClusterError, type ClusterErrorCode } from './cluster-error.js';
export type { ImageConfig, ImageSource, Images } from './node/image.js';
export type { Registry } from './registry/registry.js';
