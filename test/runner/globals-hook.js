/** Says where `@jest/globals` is for suites that Node itself loads. */

const GLOBALS = new URL('./globals.js', import.meta.url).href;

/** @type {import('node:module').ResolveHook} */
export const resolve = (specifier, context, next) =>
  specifier === '@jest/globals' ? { url: GLOBALS, shortCircuit: true } : next(specifier, context);
