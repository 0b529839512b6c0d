import { availableParallelism } from 'node:os';

/**
 * The default suite: no network, container runtime or root. Cluster tests are in `*.cluster.ts` and have a separate configuration.
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
  testPathIgnorePatterns: ['/node_modules/', '<rootDir>/test/(package-outside|cdk8s-init)/'], // separate projects
  testRunner: '<rootDir>/test/runner/suite.js',
  transform: {}, // Node loads the suites, with tsx
  modulePathIgnorePatterns: ['<rootDir>/build/', '<rootDir>/dist/', '<rootDir>/packages/[a-z]+/build/'],
  maxWorkers: Math.min(8, availableParallelism() + 1), // many suites wait for processes, so one worker more than there are cores
  workerGracefulExitTimeout: 10_000, // freeing the heap of a worker takes a second; open handles are still reported
  workerIdleMemoryLimit: '1GB', // a worker keeps the modules of all its suites
  testSequencer: '<rootDir>/test/runner/order.js',
  testTimeout: 120_000, // only for suites that hang: the machine may be busy
};
