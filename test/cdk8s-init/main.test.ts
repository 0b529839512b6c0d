import { expect, test } from '@jest/globals';
import { simulate } from '@pipewright/testing';
import { App } from 'cdk8s';
import { TektonTesting } from 'pipewright/testing';
import 'pipewright/testing/jest';
import { MyChart } from './main';

test('is valid, and tests the application', async () => {
  const chart = new MyChart(new App(), 'hello');
  expect(chart).toBeValidTekton();
  const run = await simulate(TektonTesting.of(chart));
  expect(run.order).toEqual(['test']);
});
