/**
 * The suite of the published packages. It compiles and packs first, which takes too long for the default suite.
 *
 * @type {import('jest').Config}
 */
import base from './jest.config.js';

export default { ...base, testMatch: ['<rootDir>/test/**/*.packed.ts'], testTimeout: 300_000 };
