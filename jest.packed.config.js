/**
 * The suite of what is published: it compiles and packs first, which takes longer than all that the default suite is for.
 *
 * @type {import('jest').Config}
 */
import base from './jest.config.js';

export default { ...base, testMatch: ['<rootDir>/test/**/*.packed.ts'], testTimeout: 300_000 };
