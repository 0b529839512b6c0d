/** With jest: ECMAScript modules, TypeScript by @swc/jest. */

import { expect, test } from '@jest/globals';
import { simulate, SimulationError } from '@pipewright/testing';
import { App } from 'cdk8s';
import { TektonTesting } from 'pipewright/testing';
import 'pipewright/testing/jest';
import { Ci } from './ci.js';

const ci = (): TektonTesting => TektonTesting.of(new Ci(new App(), 'ci'));

test('builds what it has found, and ships it then', () => {
  expect(new Ci(new App(), 'ci')).toBeValidTekton();
  ci().graph('release').expectOrder('find', 'build', 'ship');
});

test('hands the version on, and builds again when that fails', async () => {
  const run = await simulate(ci(), {
    scripts: { find: { read: { results: { version: '1.4.0' } } }, build: { print: [{ exitCode: 1 }, {}] } },
  });
  expect([run.succeeded, run.order]).toEqual([true, ['find', 'build', 'ship']]);
  expect(run.task('find').results).toEqual({ version: '1.4.0' });
  expect(run.task('build').attempts).toBe(2);
  expect(run.task('ship').params).toEqual({ what: 'shipped', version: '1.4.0' });
  expect(run.task('ship').steps[0]?.argv).toEqual(['echo', 'shipped 1.4.0']);
});

test('ships nothing when the build fails', async () => {
  const run = await simulate(ci(), { scripts: { find: { read: { exitCode: 1 } } } });
  expect(run.skipped).toEqual(['build', 'ship']);
  expect(() => run.task('ship')).toThrow(SimulationError);
});
