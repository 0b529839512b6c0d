import { availableParallelism } from 'node:os';

/**
 * The default suite: no network, container runtime or root. Cluster tests live in `*.cluster.ts` and have a config of their own.
 *
 * @type {import('jest').Config}
 */
export default {
  testEnvironment: 'node',
  testMatch: [
    '<rootDir>/test/**/*.test.ts',
    '<rootDir>/packages/*/test/**/*.test.ts',
    '<rootDir>/examples/*/*.test.ts',
  ],
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(package-outside|cdk8s-init)/'], // projects of their own, elsewhere
  testRunner: '<rootDir>/test/runner/suite.js',
  transform: {}, // Node loads the suites, with tsx
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/', '<rootDir>/packages/[a-z]+/build/'],
  maxWorkers: Math.min(8, availableParallelism() + 1), // many suites wait for processes, so one more than can compute
  workerGracefulExitTimeout: 10_000, // freeing the heap of a worker takes a second; what a suite leaves open is reported still
  workerIdleMemoryLimit: '1GB', // beside what suites leave behind, a worker keeps the modules of all of them
  testSequencer: '<rootDir>/test/runner/order.js',
  testTimeout: 120_000, // a limit for what hangs, not a measure: machines may be busy
};
