/**
 * What `@jest/globals` exports, for suites that Node itself loads: each stands for what the suite that runs now has of that name.
 *
 * Modules that several suites import are read once and keep what they imported, so it cannot be the thing itself.
 */

/** @type {Record<string, any>} */
let current = {};

/** Hands over what the next suite is to have. */
export const provide = (/** @type {Record<string, any>} */ globals) => void (current = globals);

const named = (/** @type {string} */ name) =>
  new Proxy(function () {}, {
    apply: (_target, self, args) => Reflect.apply(current[name], self, args),
    get: (_target, key) => current[name][key],
    set: (_target, key, value) => Reflect.set(current[name], key, value),
  });

export const afterAll = named('afterAll');
export const afterEach = named('afterEach');
export const beforeAll = named('beforeAll');
export const beforeEach = named('beforeEach');
export const describe = named('describe');
export const expect = named('expect');
export const it = named('it');
export const jest = named('jest');
export const test = named('test');
