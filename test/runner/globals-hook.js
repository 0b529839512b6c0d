/** Resolves `@jest/globals` to `globals.js` in suites that Node loads. */

const GLOBALS = new URL('./globals.js', import.meta.url).href;

/** @type {import('node:module').ResolveHook} */
export const resolve = (specifier, context, next) =>
  specifier === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(specifier, context);
