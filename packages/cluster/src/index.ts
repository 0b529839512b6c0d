/** Kubernetes in one process. */

export { startCluster, startClusterOn, type Cluster, type ClusterOptions } from './cluster.js';
export type { Served } from './http/listeners.js';
export type { ListenOptions } from './http/serve.js';
export { ClusterError, type ClusterErrorCode } from './platform/cluster-error.js';
export type { Admission, AdmissionAnswer, AdmissionRequest } from './api/api-context.js';
export type { LogOptions, PodLogs } from './model/pod-logs.js';
export type { ImageConfig, ImageSource, Images } from './node/container/image.js';
export type { NodeShape } from './node/node-object.js';
export { startNode, type Node, type NodeOptions } from './node/node.js';
export type { ClusterLog, LogLevel } from './platform/cluster-log.js';
export type { ContainerLog, ContainerLogs } from './node/logs/pod-logs.js';
export { openTemporaryDirectory, type RunDirectory } from './runtime/host/run-directory.js';
export { isPrivate } from './runtime/host/private-directory.js';
export { createRegistry, type Registry, type ServedRegistry } from './registry/registry.js';
export type { RegistryLogin } from './registry/login.js';
export { equalInConstantTime, serveLoopback, type LoopbackServer } from './http/loopback-server.js';
export { RuntimeProblem, type ContainerSpec, type RuntimeProbe as Probe, type Runtime } from './runtime/runtime.js';
export { fake, type FakeOptions, type FakeOutcome, type FakeScript } from './runtime/fake.js';
export { sandbox, type SandboxOptions } from './runtime/sandbox/sandbox.js';
export type { Launcher } from './runtime/launchers/starter.js';
export { podClock, virtualClock, type PodClock, type VirtualClock } from './platform/pod-clock.js';
export { systemRandom, type Random } from './platform/random.js';
export type { Disk, DiskFile } from './storage/disk/disk.js';
export { openStorageOn, type Storage, type StorageLimits } from './storage/open.js';
export type { ClusterSecrets } from './storage/secrets.js';
