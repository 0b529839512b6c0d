/** A Kubernetes client made for controllers; README.md says what it promises. */
export { ApiError, isExpired, NoAnswerError, refusedAs } from './api-error.js';
export type { Status, StatusCause, StatusDetails } from './api-error.js';
export type { Question } from './ask.js';
export { KubeClient } from './client.js';
export type {
  At,
  CallOptions,
  ClientOptions,
  DeleteOptions,
  LogOptions,
  PatchOptions,
  WriteOptions,
} from './client.js';
export { systemClock, type Clock } from './clock.js';
export { readLines } from './lines.js';
export type { List, ListOptions } from './list.js';
export * from './resource.js';
export { ORIGIN, type PlainRequest, type PlainResponse, type Send } from './send.js';
export type { WatchEvent, WatchOptions } from './watch.js';
export { KubeconfigError, type KubeconfigOptions } from './kubeconfig.js';
export { kubeconfigSend, type ClusterSend } from './kubeconfig-send.js';
export { PRIORITY, TerminalError, WorkQueue } from './work-queue.js';
export type { WorkDone, WorkQueueCounts, WorkQueueOptions } from './work-queue.js';
export { Reflector, type ReflectorOptions } from './reflector.js';
export { byLabel, byOwner, type Change, type Indexer } from './store.js';
export { EventRecorder, type EventRecorderOptions, type Happening } from './event-recorder.js';
export { LeaseElector, type LeaseElectorOptions } from './lease-elector.js';
