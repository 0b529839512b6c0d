import assert from 'node:assert';
import { test } from 'node:test';
import { hello } from './hello.js';

test('greets', () => assert.equal(hello('you'), 'Hello, you!'));
