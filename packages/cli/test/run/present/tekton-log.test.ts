import { expect, test } from '@jest/globals';
import { foldTektonLog } from '../../../src/run/present/tekton-log.js';

const line = (level: string, msg: string): string =>
  JSON.stringify({ level, ts: 1601452353.4, logger: 'fallback-logger', caller: 'git/git.go:105', msg });

test.each([
  [
    'a message',
    line('info', 'Successfully cloned https://git.example/r @ 1a2b (grafted, HEAD) in path /workspace/repo'),
    'Successfully cloned https://git.example/r @ 1a2b (grafted, HEAD) in path /workspace/repo',
  ],
  [
    'an error with several lines, with its level',
    line('error', 'Error running git [fetch]: exit status 128\nfatal: not found\n'),
    'error: Error running git [fetch]: exit status 128; fatal: not found',
  ],
  [
    'JSON of another program, unchanged',
    '{"level":"info","msg":"hello","requestId":"7"}',
    '{"level":"info","msg":"hello","requestId":"7"}',
  ],
  ['a similar line, unchanged', '{"logger":"fallback-logger"', '{"logger":"fallback-logger"'],
  ['plain text, unchanged', 'fallback-logger', 'fallback-logger'],
])('the log of a step of Tekton shows %s', (_, text, expected) => {
  expect(foldTektonLog(text)).toBe(expected);
});
