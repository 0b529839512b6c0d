/**
 * Runs a suite with jest's test framework in Node's own context instead of a context that jest creates.
 *
 * In jest's context each suite loads the compiler, cdk8s and all sources again, which takes longer than most suites, and access to globals is slow. Here a worker loads each
 * module once. The state that jest would isolate is restored after each suite: environment, working directory, exit code, console and timers.
 */

import asyncHooks from 'node:async_hooks';
import { createRequire, register } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { register as registerTypeScript } from 'tsx/esm/api';
import { provide } from './globals.js';

const require = createRequire(import.meta.url);
const requireOfJest = createRequire(require.resolve('jest/package.json'));
const requireOfRunner = createRequire(requireOfJest.resolve('jest-cli/package.json'));
const circus = join(dirname(requireOfRunner.resolve('jest-circus/package.json')), 'build/jestAdapterInit.js');
const { ModuleMocker } = requireOfRunner('jest-mock');
const { ModernFakeTimers } = requireOfRunner('@jest/fake-timers');

// A worker without pending work exits at once: freeing its heap, as Node does otherwise, takes longer than jest waits.
if (process.send) process.once('beforeExit', () => process.exit());

process.setSourceMapsEnabled(true);
registerTypeScript();
register('./globals-hook.js', import.meta.url);

/**
 * Replaces the AsyncLocalStorage in which the framework keeps the running test. Tests run one after another, so a field is sufficient.
 *
 * Node's AsyncLocalStorage slows down every promise and timer of a worker and keeps them reachable, and each suite would add one.
 */
class CurrentTest {
  getStore() {
    return this.test;
  }
  async run(test, callback) {
    const before = this.test;
    this.test = test;
    try {
      return await callback();
    } finally {
      this.test = before;
    }
  }
}

/** Returns a new instance of the framework, which keeps the state of a suite in its module. */
function newFramework() {
  delete require.cache[circus];
  Reflect.deleteProperty(globalThis, Symbol.for('EVENT_HANDLERS'));
  const { AsyncLocalStorage } = asyncHooks;
  asyncHooks.AsyncLocalStorage = /** @type {any} */ (CurrentTest); // the framework calls no other methods
  try {
    return require(circus);
  } finally {
    asyncHooks.AsyncLocalStorage = AsyncLocalStorage;
  }
}

/** Saves the state of the process that a suite may change. Returns a function that restores it. */
function saveProcessState() {
  const { env } = process;
  const variables = { ...env };
  const directory = process.cwd();
  const { exitCode } = process;
  const { console } = globalThis;
  return () => {
    process.env = env;
    for (const name of Object.keys(env)) if (!(name in variables)) delete env[name];
    Object.assign(env, variables);
    process.chdir(directory);
    process.exitCode = exitCode;
    globalThis.console = console;
  };
}

let runs = 0;

/** Jest's interface of a test runner. */
export default async function runSuite(globalConfig, config, environment, runtime, testPath, sendMessageToJest) {
  const { initialize, runAndTransformResultsToJestFormat } = newFramework();
  const restoreProcessState = saveProcessState();
  Reflect.deleteProperty(Error, 'prepareStackTrace'); // jest's function does not use the source maps of tsx
  globalThis.console = environment.global.console;
  const timers = new ModernFakeTimers({ config, global: globalThis });
  const mocker = new ModuleMocker(globalThis);
  const jest = {
    useFakeTimers: () => timers.useFakeTimers(),
    useRealTimers: () => timers.useRealTimers(),
    advanceTimersByTime: (milliseconds) => timers.advanceTimersByTime(milliseconds),
    spyOn: mocker.spyOn.bind(mocker),
  };
  try {
    await initialize({
      config,
      environment,
      globalConfig,
      localRequire: require,
      parentProcess: process,
      runtime,
      sendMessageToJest,
      setGlobalsForRuntime: (globals) => provide({ ...globals, jest }),
      testPath,
    });
    await import(`${pathToFileURL(testPath).href}${runs++ > 0 && globalConfig.watch ? `?${runs}` : ''}`);
    return await runAndTransformResultsToJestFormat({ config, globalConfig, testPath });
  } finally {
    timers.dispose();
    mocker.restoreAllMocks();
    restoreProcessState();
  }
}
