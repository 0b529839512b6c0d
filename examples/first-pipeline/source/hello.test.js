import assert from 'node:assert';
import { hello } from './hello.js';

assert.equal(hello('you'), 'Hello, you!');
console.log('the greeting is right');
