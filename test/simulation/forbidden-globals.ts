/**
 * Replaces the platform's time, timers and randomness by functions that throw, while a simulation runs.
 *
 * Lint checks this repository's sources; this also covers dependencies. Any use would make the runs of one seed differ.
 */

/** Replaces the globals; returns a function that restores them. Each use is reported to `found`. */
export function forbidPlatform(found: (what: string) => void): () => void {
  const undo: (() => void)[] = [];
  const forbid = <T extends object, K extends keyof T & string>(of: T, name: K, what: string): void => {
    const original = of[name];
    const refuse = (): never => {
      found(what);
      throw new Error(`${what} is used in a simulation: take time and randomness from what is injected`);
    };
    of[name] = refuse as T[K]; // `refuse` accepts any arguments and never returns
    undo.push(() => (of[name] = original));
  };
  for (const name of ['setTimeout', 'setInterval', 'setImmediate'] as const) forbid(globalThis, name, name);
  forbid(Math, 'random', 'Math.random');
  forbid(performance, 'now', 'performance.now');
  forbid(AbortSignal, 'timeout', 'AbortSignal.timeout');
  forbid(crypto, 'randomUUID', 'crypto.randomUUID');
  forbid(crypto, 'getRandomValues', 'crypto.getRandomValues');
  undo.push(forbidDate(found));
  return () => {
    for (const each of undo.splice(0)) each();
  };
}

/** Replaces `new Date()` and `Date.now()`; `new Date(value)` still works. */
function forbidDate(found: (what: string) => void): () => void {
  const Original = globalThis.Date;
  globalThis.Date = new Proxy(Original, {
    construct: (target, given: unknown[], self: new () => object) => {
      if (given.length > 0) return Reflect.construct(target, given, self) as object;
      found('new Date()');
      throw new Error('new Date() is used in a simulation: take the date from the injected clock');
    },
    get: (target, name, self) => {
      if (name !== 'now') return Reflect.get(target, name, self) as unknown;
      return () => {
        found('Date.now()');
        throw new Error('Date.now() is used in a simulation: take the date from the injected clock');
      };
    },
  });
  return () => (globalThis.Date = Original);
}
