/** A Kubernetes client for controllers; README.md lists its guarantees. */
export { ApiError, isExpired, ConnectionError, hasReason } from './client/api-error.js';
export type { Status, StatusCause, StatusDetails } from './client/api-error.js';
export type { ApiRequest } from './client/request.js';
export { KubeClient } from './client/client.js';
export type {
  ObjectKey,
  CallOptions,
  ClientOptions,
  DeleteOptions,
  LogOptions,
  PatchOptions,
  WriteOptions,
} from './client/client.js';
export { readLines } from './client/lines.js';
export type { List, ListOptions } from './client/list.js';
export * from './client/resource.js';
export type { WatchEvent, WatchOptions } from './client/watch.js';
export { KubeconfigError, type KubeconfigOptions } from './client/kubeconfig.js';
export { kubeconfigSend, type ClusterSend } from './client/kubeconfig-send.js';
export { PRIORITY, TerminalError, WorkQueue } from './controller/work-queue.js';
export type { Result, WorkQueueCounts, WorkQueueOptions } from './controller/work-queue.js';
export { Informer, type InformerOptions } from './controller/informer.js';
export { Controller, isControlledBy, ownerKey } from './controller/controller.js';
export type { ReconcileRequest, Source } from './controller/controller.js';
export { ChangeListeners, type ChangeListener } from './controller/change-listeners.js';
export { byLabel, byOwner, type Change, type Indexer } from './controller/store.js';
export { EventRecorder, type EventRecorderOptions, type EventInput } from './controller/event-recorder.js';
export { LeaderElector, type LeaderElectorOptions } from './controller/leader-elector.js';
