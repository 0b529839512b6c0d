/**
 * The exports of `@jest/globals` for suites that Node loads: each is a proxy for the function of that name in the running suite.
 *
 * A module that several suites import is evaluated once and keeps its imports, so the functions themselves cannot be exported.
 */

/** @type {Record<string, any>} */
let current = {};

/** Sets the functions of the next suite. */
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
