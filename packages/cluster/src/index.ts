/** Kubernetes in one process. */

export { startCluster, startClusterOn, type Cluster, type ClusterOptions } from './cluster.js';
export type { Served } from './listeners.js';
export type { ListenOptions } from './serve.js';
export { ClusterError, type ClusterErrorCode } from './cluster-error.js';
export type { Admission, AdmissionAnswer, AdmissionRequest } from './api/world.js';
export type { Send } from './api/server.js';
export type { LogOptions, PodLogs } from './api/pod-log.js';
export type { ImageConfig, ImageSource, Images } from './node/image.js';
export type { NodeShape } from './node/node-object.js';
export { startNode, type Node, type NodeOptions } from './node/node.js';
export type { ClusterLog, LogLevel } from './cluster-log.js';
export type { ContainerLog, ContainerLogs } from './node/pod-logs.js';
export { openTemporaryDirectory, type RunDirectory } from './runtime/run-directory.js';
export { isPrivate } from './runtime/private-directory.js';
export { createRegistry, type Registry, type ServedRegistry } from './registry/registry.js';
export type { RegistryLogin } from './registry/login.js';
export { equalInConstantTime, serveLoopback, type LoopbackServer } from './loopback-server.js';
export { RuntimeProblem, type ContainerSpec, type Probe, type Runtime } from './runtime/runtime.js';
export { fake, type FakeClock, type FakeOptions, type FakeOutcome, type FakeScript } from './runtime/fake.js';
export { sandbox, type SandboxOptions } from './runtime/sandbox.js';
export type { Launcher } from './runtime/starter.js';
export { systemClock, type Clock } from './clock.js';
export { podClock, virtualClock, type PodClock, type VirtualClock } from './node/pod-clock.js';
export { systemRandom, type Random } from './random.js';
export type { Disk, DiskFile } from './storage/disk.js';
export { openStorageOn, type Storage, type StorageLimits } from './storage/open.js';
export type { ClusterSecrets } from './storage/secrets.js';
