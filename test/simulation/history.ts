/**
 * Everything that any process has observed of the API objects, checked for contradictions.
 *
 *     answers, lists, watch events, announced changes ──▶ states by revision ──▶ contradictions
 *
 * An observed fact is binding: the state after each restart, and the final state, must be consistent with it.
 */

import type { KubeObject } from '@pipewright/kube';
import type { Violations } from './violations.js';

/** One revision of one object, as observed. */
export interface Fact {
  readonly key: string;
  readonly uid: string;
  readonly revision: number;
  readonly isDeleted: boolean;
  /** It has a deletionTimestamp, and is removed when its last finalizer is. */
  readonly isTerminating: boolean;
  /** Uids of its owners; the garbage collector removes it after the last of them. */
  readonly owners: readonly string[];
  readonly text: string;
}

/** A request that may delete an object, from its sending until none of its copies can take effect any more. */
export interface Deletion {
  readonly key: string;
  readonly sent: number;
  /** When the last copy was answered; undefined while one is in flight. */
  ended: number | undefined;
  /** Whether it certainly deleted nothing. */
  refused: boolean;
}

/** Records observations, numbered in their order. */
export class History {
  readonly #violations: Violations;
  readonly #byRevision = new Map<number, Fact>();
  readonly #newest = new Map<string, { readonly fact: Fact; readonly seen: number }>();
  readonly #deletions = new Map<string, Deletion[]>();
  readonly #deletedUids = new Map<string, string>();
  readonly #known = new WeakMap<object, Fact>();
  /** By collection and namespace, ascending. */
  readonly #revisions = new Map<string, number[]>();
  readonly #values = new Map<string, 'announced' | 'refused'>();
  #moment = 0;
  #highest = 0;

  constructor(violations: Violations) {
    this.#violations = violations;
  }

  /** Returns the number of the next observation. */
  moment(): number {
    return (this.#moment += 1);
  }

  /** The highest observed revision. */
  get highest(): number {
    return this.#highest;
  }

  /** Returns the newest observed revision of a key, and when it was first observed. */
  newest(key: string): { readonly fact: Fact; readonly seen: number } | undefined {
    return this.#newest.get(key);
  }

  /** Records that a process has observed an object. */
  saw(who: string, place: string, object: KubeObject, isDeleted = false): Fact {
    const known = isDeleted ? undefined : this.#known.get(object);
    if (known) return known;
    const { namespace = '', name = '', uid = '', resourceVersion = '', ownerReferences = [] } = object.metadata;
    const key = keyOf(place, namespace, name);
    const revision = Number(resourceVersion);
    const fact: Fact = {
      key,
      uid,
      revision,
      isDeleted,
      isTerminating: object.metadata.deletionTimestamp !== undefined,
      owners: ownerReferences.map((owner) => owner.uid),
      text: textOf(object),
    };
    if (!isDeleted) this.#known.set(object, fact);
    this.sawRevision(revision);
    const before = this.#byRevision.get(revision);
    if (before) this.#compare(who, before, fact);
    else this.#add(`${place}/${namespace}`, fact);
    const newest = this.#newest.get(key);
    if (!newest || newest.fact.revision < revision) this.#newest.set(key, { fact, seen: this.moment() });
    if (isDeleted) this.deleted(who, uid, key);
    return before ?? fact;
  }

  #add(collection: string, fact: Fact): void {
    this.#byRevision.set(fact.revision, fact);
    const all = this.#revisions.get(collection) ?? [];
    this.#revisions.set(collection, all);
    let at = all.length;
    while (at > 0 && (all[at - 1] ?? 0) > fact.revision) at -= 1;
    all.splice(at, 0, fact.revision);
  }

  /** Returns the highest observed revision of a kind in a namespace; 0 if there is none. */
  highestOf(place: string, namespace: string): number {
    return this.#revisions.get(`${place}/${namespace}`)?.at(-1) ?? 0;
  }

  /** Returns the observed revisions of a kind in a namespace strictly between two revisions. */
  between(place: string, namespace: string, after: number, before: number): readonly number[] {
    return (this.#revisions.get(`${place}/${namespace}`) ?? []).filter(
      (revision) => revision > after && revision < before,
    );
  }

  /** Records an observed revision. */
  sawRevision(revision: number): void {
    this.#highest = Math.max(this.#highest, revision);
  }

  /** Records that a process has observed the deletion of an object. */
  deleted(who: string, uid: string, key: string): void {
    if (!this.#deletedUids.has(uid)) this.#deletedUids.set(uid, `${key}, as observed by ${who}`);
  }

  /** Records that a value was announced, or that its write was answered with an error; both together are a contradiction. */
  valueWas(outcome: 'announced' | 'refused', value: string): void {
    const before = this.#values.get(value);
    this.#values.set(value, outcome);
    if (before !== undefined && before !== outcome)
      this.#violations.add('a refused write has no effect', `${value} was ${before}, then ${outcome}`);
  }

  /** Records the sending of a request that may delete an object. */
  deletionSent(key: string): Deletion {
    const deletion: Deletion = { key, sent: this.moment(), ended: undefined, refused: false };
    this.#deletions.set(key, [...(this.#deletions.get(key) ?? []), deletion]);
    return deletion;
  }

  /** Whether a request may have deleted a key at or after an observation. */
  mayBeDeleted(key: string, since: number): boolean {
    return (this.#deletions.get(key) ?? []).some(
      ({ ended, refused }) => !refused && (ended === undefined || ended > since),
    );
  }

  /** Checks a complete state against every earlier observation. */
  checkState(
    who: string,
    state: readonly { readonly place: string; readonly object: KubeObject }[],
    revision: number,
  ): void {
    if (revision < this.#highest)
      this.#violations.add(
        'revisions are monotonic',
        `${who} is at revision ${revision}, and ${this.#highest} has been seen before`,
      );
    const present = new Map<string, Fact>();
    for (const { place, object } of state) {
      const fact = this.saw(who, place, object);
      present.set(fact.key, fact);
      const deleted = this.#deletedUids.get(fact.uid);
      if (deleted !== undefined)
        this.#violations.add('acknowledged writes survive', `${who} has an object that was deleted: ${deleted}`);
    }
    const uids = new Set([...present.values()].map(({ uid }) => uid));
    for (const [key, { fact, seen }] of this.#newest) {
      if (fact.isDeleted || isCollected(fact, uids)) continue;
      this.#checkKey(who, key, { fact, seen }, present.get(key));
    }
  }

  #checkKey(who: string, key: string, { fact, seen }: { readonly fact: Fact; readonly seen: number }, is?: Fact): void {
    if (is && is.revision >= fact.revision && is.uid === fact.uid) return;
    if (is && is.revision < fact.revision) {
      const message = `${who} has ${key} at revision ${is.revision}, and ${fact.revision} has been seen before`;
      this.#violations.add('acknowledged writes survive', message);
    } else if (!this.mayBeDeleted(key, seen)) {
      const message = `${who} does not have ${key} (uid ${fact.uid}), seen before at revision ${fact.revision}`;
      this.#violations.add('acknowledged writes survive', message);
    }
  }

  #compare(who: string, before: Fact, fact: Fact): void {
    if (before.text === fact.text && before.key === fact.key) return;
    if (before.uid === fact.uid && before.isDeleted !== fact.isDeleted && before.isDeleted) return;
    this.#violations.add(
      'one content for each revision',
      `revision ${fact.revision} was seen as ${before.text}, and by ${who} as ${fact.text}`,
    );
  }
}

/** Whether the API server may have removed an object on its own. */
const isCollected = ({ isTerminating, owners }: Fact, present: ReadonlySet<string>): boolean =>
  isTerminating || (owners.length > 0 && !owners.some((uid) => present.has(uid)));

/** Returns the key of an object in the history. */
export const keyOf = (place: string, namespace: string, name: string): string => `${place}/${namespace}/${name}`;

/** Returns the content of an object without apiVersion and kind, which list items do not have. */
function textOf({ apiVersion, kind, ...rest }: KubeObject): string {
  void [apiVersion, kind];
  return JSON.stringify(rest);
}
