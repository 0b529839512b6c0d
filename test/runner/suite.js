/**
 * Runs a suite with jest's own test framework, in Node itself instead of in a context of jest's making.
 *
 * There each suite reads the compiler, cdk8s and all our sources again, which takes longer than most suites, and every global is looked up slowly. Here a worker reads
 * a module once. What jest would have kept apart is put back after each suite: environment, directory, exit code, console and timers.
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

// A worker that nothing keeps alive ends at once: to take its heap apart, as Node does otherwise, takes longer than jest waits.
if (process.send) process.once('beforeExit', () => process.exit());

process.setSourceMapsEnabled(true);
registerTypeScript();
register('./globals-hook.js', import.meta.url);

/**
 * What the framework uses of Node's AsyncLocalStorage, for tests that run one after another: the test that runs now.
 *
 * Node's own makes each promise and timer of a worker slower and keeps them reachable, once more for each suite before.
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

/** What the framework knows of a suite it keeps in its module, so each suite has a module of its own. */
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

/** Remembers what a suite may change of the process. @returns what puts it back */
function remembered() {
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
  const putBack = remembered();
  Reflect.deleteProperty(Error, 'prepareStackTrace'); // jest's, which knows nothing of what tsx has translated
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
    putBack();
  }
}
