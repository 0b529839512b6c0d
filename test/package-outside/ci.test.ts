/** With Node's own test runner: TypeScript by tsx. */

import { deepEqual, equal, throws } from 'node:assert/strict';
import { test } from 'node:test';
import { simulate } from '@pipewright/testing';
import { App } from 'cdk8s';
import { TektonTesting, tektonMatchers } from 'pipewright/testing';
import { Ci } from './ci.js';

const ci = (): TektonTesting => TektonTesting.of(new Ci(new App(), 'ci'));

test('builds what it has found, and ships it then', () => {
  deepEqual(ci().problems, []);
  equal(tektonMatchers.toBeValidTekton(ci().objects).pass, true);
  ci().graph('release').expectOrder('find', 'build', 'ship');
  throws(() => ci().graph('release').expectParallel('build', 'ship'), /"ship" waits for "build"/);
});

test('hands the version on, and builds again when that fails', async () => {
  const run = await simulate(ci(), {
    scripts: { find: { read: { results: { version: '1.4.0' } } }, build: { print: [{ exitCode: 1 }, {}] } },
  });
  deepEqual(run.order, ['find', 'build', 'ship']);
  equal(run.task('build').attempts, 2);
  deepEqual(run.task('ship').steps[0]?.argv, ['echo', 'shipped 1.4.0']);
});
