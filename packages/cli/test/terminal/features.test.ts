import { expect, test } from '@jest/globals';
import { terminalFeatures } from '../../src/terminal/features.js';

test.each([
  ['a terminal', true, { TERM: 'xterm' }, { terminal: true, live: true, color: true }],
  ['a terminal with NO_COLOR', true, { TERM: 'xterm', NO_COLOR: '1' }, { terminal: true, live: true, color: false }],
  ['a terminal with an empty NO_COLOR', true, { NO_COLOR: '' }, { terminal: true, live: true, color: true }],
  ['a dumb terminal', true, { TERM: 'dumb' }, { terminal: true, live: false, color: false }],
  ['a terminal of a CI system', true, { TERM: 'xterm', CI: 'true' }, { terminal: true, live: false, color: true }],
  ['a terminal with CI=false', true, { TERM: 'xterm', CI: 'false' }, { terminal: true, live: true, color: true }],
  ['a pipe', false, { TERM: 'xterm' }, { terminal: false, live: false, color: false }],
  ['a pipe with FORCE_COLOR', false, { FORCE_COLOR: '1' }, { terminal: false, live: false, color: true }],
  ['a pipe with FORCE_COLOR=0', false, { FORCE_COLOR: '0' }, { terminal: false, live: false, color: false }],
])('%s', (_, isTerminal, env, expected) => {
  expect(terminalFeatures(isTerminal, env)).toEqual(expected);
});

test('--no-color takes precedence over the environment', () => {
  expect(terminalFeatures(true, { FORCE_COLOR: '1' }, false).color).toBe(false);
});
