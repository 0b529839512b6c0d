/**
 * The suite that needs a real Kubernetes, selected by `KUBECONFIG`.
 *
 * @type {import('jest').Config}
 */
import base from './jest.config.js';

export default {
  ...base,
  testMatch: ['<rootDir>/test/**/*.cluster.ts', '<rootDir>/packages/*/test/**/*.cluster.ts'],
  testTimeout: 300_000,
};
