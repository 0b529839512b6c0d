/**
 * Watches: changes in order, from any revision in the history.
 *
 * Frames are serialized once and shared by all watches of the same form. A watch whose client does not read is ended when its backlog is
 * full, without effect on other watches.
 */

import { every } from '@pipewright/apimachinery';
import type { KubeObject } from '../../model/json.js';
import { expired } from '../status-error.js';
import { groupVersionOf, type ResourceType } from '../kinds/resource-type.js';
import type { WatchContent } from '../wire/plain-request.js';
import { integerIn, revisionOf, selectorOf, textFor, valueFor, waitsForFuture } from './read.js';
import type { Matches } from '../selectors/field-selector.js';
import { collectionOf, type ApiContext } from '../api-context.js';
import type { Change } from '../../storage/memory/history.js';
import { openEvents, openStream, type WatchSubscription } from './watch-backlog.js';
import { frameOf } from './watch-frames.js';

const BOOKMARK_MS = 60_000;

/** Serializes an object of an event; tables have a formatter of their own. */
export type ObjectFormatter = (object: KubeObject, type: Change['type'] | 'BOOKMARK') => string;

/** A watch request. */
export interface WatchRequest {
  readonly type: ResourceType;
  /** Undefined for all namespaces. */
  readonly namespace: string | undefined;
  /** The watched object; `''` for all. */
  readonly name: string;
  readonly query: URLSearchParams;
  /** Absent: JSON in shared frames. */
  readonly show?: ObjectFormatter;
  /** Ends the watch when the connection is closed. */
  readonly signal: AbortSignal | undefined;
}

/**
 * Returns the event that a watch with a selector sees of a change: DELETED if the object stops matching, ADDED if it starts to match;
 * undefined for no event.
 */
export function visibleEvent(change: Change, matches: Matches | undefined): Change['type'] | undefined {
  if (!matches || change.type === 'ADDED') return !matches || matches(change.object) ? change.type : undefined;
  const before = change.previous !== undefined && matches(change.previous);
  if (change.type === 'DELETED') return before ? 'DELETED' : undefined;
  const after = matches(change.object);
  if (before) return after ? 'MODIFIED' : 'DELETED';
  return after ? 'ADDED' : undefined;
}

/** An event before serialization; `change` if other watches may see the same event. */
interface VisibleEvent {
  readonly type: Change['type'] | 'BOOKMARK';
  readonly object: KubeObject;
  readonly change?: Change;
}

/** Returns a watch, which starts when its content is read; text chunks are whole frames. Throws a 410 if the revision is too old. */
export function watchObjects(api: ApiContext, request: WatchRequest): WatchContent {
  const { type, namespace, name, query, signal } = request;
  const matches = selectorOf(query, type, name);
  const collection = collectionOf(api, type);
  const revision = revisionOf(query);
  waitsForFuture(api, revision);
  const replay = revision === undefined || revision === 0 || query.get('sendInitialEvents') === 'true';
  const missed = replay ? [] : collection.since(revision);
  if (!missed) throw expired(`too old resource version: ${revision ?? 0} (${api.store.revision})`);
  const initial = replay ? collection.list(namespace).filter((object) => !matches || matches(object)) : [];
  const startRevision = api.store.revision;
  const within = ({ object }: Change): boolean =>
    namespace === undefined || (object.metadata.namespace ?? '') === namespace;

  const begin = (write: (event: VisibleEvent) => void, end: () => void): WatchSubscription => {
    const push = (change: Change): void => {
      if (!within(change)) return;
      const eventType = visibleEvent(change, matches);
      if (!eventType) return;
      // an object that stops matching is sent in its previous state, under the revision of the change
      const previous = eventType === 'DELETED' && change.type === 'MODIFIED' && change.previous;
      write({ type: eventType, object: previous ? withRevision(previous, change.revision) : change.object, change });
    };
    const bookmark = (annotations?: Record<string, string>): void =>
      write({ type: 'BOOKMARK', object: bookmarkOf(type, api.store.revision, annotations) });
    for (const object of initial) write({ type: 'ADDED', object });
    if (query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
    // Changes since the request are included: the watch may start later than the request.
    for (const change of [...missed, ...(collection.since(startRevision) ?? [])]) push(change);
    const stop = collection.subscribe(push);
    const stopEnd = collection.onEnd(end);
    const wantsBookmarks = ['true', '1'].includes(query.get('allowWatchBookmarks') ?? '');
    const stopBookmarks = wantsBookmarks ? every(api.clock, BOOKMARK_MS, bookmark) : undefined;
    return {
      stop: () => {
        stop();
        stopEnd();
        stopBookmarks?.();
      },
      beforeTimeout: () => (wantsBookmarks ? bookmark() : undefined),
    };
  };
  const show: ObjectFormatter = request.show ?? ((object) => textFor(api, type, object));
  const formatFrame = ({ type: eventType, object, change }: VisibleEvent): Uint8Array =>
    request.show || !change || eventType === 'BOOKMARK'
      ? frameOf(eventType, show(object, eventType))
      : api.frames.shared(change, eventType, type.version, () => textFor(api, type, object));
  const formatValue = ({ type: eventType, object }: VisibleEvent): unknown =>
    request.show
      ? JSON.parse(`{"type":"${eventType}","object":${show(object, eventType)}}`)
      : { type: eventType, object: valueFor(api, type, object) };
  const size = ({ object, change }: VisibleEvent): number => api.store.sizes.of(change?.object ?? object);
  const lifetime = { clock: api.clock, signal, seconds: integerIn(query, 'timeoutSeconds') };
  return {
    kind: 'watch',
    events: () => openEvents(lifetime, begin, { size, show: formatValue }),
    frames: () => openStream(lifetime, begin, { size, show: formatFrame }),
  };
}

const withRevision = (object: KubeObject, revision: number): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, resourceVersion: String(revision) },
});

/** Returns the object of a bookmark, which contains only a revision. */
const bookmarkOf = (type: ResourceType, revision: number, annotations?: Record<string, string>): KubeObject => ({
  kind: type.kind,
  apiVersion: groupVersionOf(type),
  metadata: {
    resourceVersion: String(revision),
    creationTimestamp: null,
    ...(annotations && { annotations }),
  } as unknown as KubeObject['metadata'], // a bookmark has no name; it is never stored
});
