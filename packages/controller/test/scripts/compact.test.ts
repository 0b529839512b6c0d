import { describe, expect, test } from '@jest/globals';
import { compact, compactModule } from '../../src/scripts/compact.js';

test('comments, blank lines and indentation of a shell program are removed', () => {
  expect(compact('#!/bin/sh\n# Prints.\n\nif true; then\n  echo "# text"\nfi\n')).toBe(
    'if true; then\necho "# text"\nfi',
  );
});

describe('a JavaScript module is shortened', () => {
  test.each([
    ['line comments are removed', '// One.\na();\n  // Two.\nb(); // three', 'a();\nb(); // three'],
    ['block comments are removed', '/* One. */\na();\n/**\n * Two.\n */\nb();', 'a();\nb();'],
    ['code after a comment on the same line is kept', '/** @type {T} */ const a = 1;\nb();', 'const a = 1;\nb();'],
    ['code after the end of a longer comment is kept', '/*\n * One.\n */ a();\nb();', 'a();\nb();'],
    ['code after several comments is kept', '/* One. */ /* Two. */ a();', 'a();'],
    ['a comment after a comment is removed', '/* One. */ // Two.\na();', 'a();'],
    ['a comment that ends with a slash and an asterisk is open', '/*/\na();\n*/ b();', 'b();'],
  ])('%s', (_, program, shortened) => {
    expect(compactModule(program)).toBe(shortened);
  });
});
