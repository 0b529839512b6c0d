/**
 * The exports of `@jest/globals` for suites that Node loads: each is a proxy for the function of that name in the running suite.
 *
 * A module that several suites import is evaluated once and keeps its imports, so the functions themselves cannot be exported.
 */

/** @type {Record<string, any>} */
let functions = {};

/** Sets the functions of the next suite. */
export const provide = (/** @type {Record<string, any>} */ globals) => void (functions = globals);

/**
 * Returns a proxy for a function that the running suite may replace. Its functions, as in `const define = test.skip`, are proxies too.
 *
 * @param {() => any} find
 * @returns {any}
 */
const current = (find) =>
  new Proxy(function () {}, {
    apply: (_target, self, args) => Reflect.apply(find(), self, args),
    get: (_target, key) => {
      const value = find()[key];
      return typeof value === 'function' ? current(() => find()[key]) : value;
    },
    set: (_target, key, value) => Reflect.set(find(), key, value),
  });

const named = (/** @type {string} */ name) => current(() => functions[name]);

export const afterAll = named('afterAll');
export const afterEach = named('afterEach');
export const beforeAll = named('beforeAll');
export const beforeEach = named('beforeEach');
export const describe = named('describe');
export const expect = named('expect');
export const it = named('it');
export const jest = named('jest');
export const test = named('test');
