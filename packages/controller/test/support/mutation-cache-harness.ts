/** A MutationCache on a server that lists some objects at version 10 and then sends watch events on request. */

import { KubeClient, type ChangeListener, type KubeObject, type Resource } from '@pipewright/kube';
import { systemClock, type Send } from '@pipewright/apimachinery';
import { MutationCache } from '../../src/edge/mutation-cache.js';

const WIDGETS: Resource = { group: 'g', version: 'v1', plural: 'widgets', kind: 'Widget', namespaced: true };

/** Returns a widget in namespace `n`, controlled by the owner with this uid. */
export const widget = (name: string, owner: string | undefined, resourceVersion: string): KubeObject => ({
  apiVersion: 'g/v1',
  kind: 'Widget',
  metadata: {
    name,
    namespace: 'n',
    uid: `uid-${name}`,
    resourceVersion,
    ...(owner !== undefined && {
      ownerReferences: [
        { apiVersion: 'v1', kind: 'Other', name: 'x', uid: 'not-the-controller' },
        { apiVersion: 'g/v1', kind: 'Owner', name: 'o', uid: owner, controller: true },
      ],
    }),
  },
});

/** Returns a server that lists some objects and then sends watch events on request. */
function server(listed: readonly KubeObject[]): { readonly send: Send; readonly sendEvent: (event: object) => void } {
  let sendEvent: (event: object) => void = () => undefined;
  const events = new ReadableStream<Uint8Array>({
    start: (controller) => {
      sendEvent = (event) => controller.enqueue(new TextEncoder().encode(`${JSON.stringify(event)}\n`));
    },
  });
  const list = { kind: 'WidgetList', apiVersion: 'g/v1', metadata: { resourceVersion: '10' }, items: listed };
  const send: Send = ({ url }) => Promise.resolve(url.includes('watch=') ? new Response(events) : Response.json(list));
  return { send, sendEvent: (event) => sendEvent(event) };
}

/** Options of {@link openMutationCache}. */
export interface MutationCacheOptions {
  readonly listed?: readonly KubeObject[];
  /** Objects whose creation is recorded before the list. */
  readonly created?: readonly KubeObject[];
  readonly listeners?: readonly ChangeListener<KubeObject>[];
}

/** Opens a cache, and resolves when it has listed the objects. */
export async function openMutationCache({ listed = [], created = [], listeners = [] }: MutationCacheOptions = {}) {
  const { send, sendEvent } = server(listed);
  let now = 0;
  let onChange: () => void = () => undefined;
  const errors: unknown[] = [];
  const clock = { ...systemClock, now: () => now, date: () => new Date(now), after: () => () => undefined };
  const onError = (error: unknown): void => void errors.push(error);
  const cache = new MutationCache<KubeObject>(new KubeClient(send), WIDGETS, clock, { onError });
  for (const listener of listeners) cache.subscribe(listener);
  cache.subscribe(() => onChange());
  for (const object of created) cache.record(object);
  await cache.informer.start().synced;
  return {
    cache,
    errors,
    /** Returns `name@version` of the objects that an owner controls. */
    names: (owner: string) =>
      [...cache.ownedBy(owner)].map(([name, { metadata }]) => `${name}@${metadata.resourceVersion}`),
    /** Sends a watch event. Resolves when the cache has processed it. */
    sendEvent: (type: string, object: KubeObject) =>
      new Promise<void>((resolve) => {
        onChange = resolve;
        sendEvent({ type, object });
      }),
    advance: (milliseconds: number) => (now += milliseconds),
    close: () => cache.stop(),
  };
}
