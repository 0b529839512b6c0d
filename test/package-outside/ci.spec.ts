import { expect, test } from '@jest/globals';
import { App } from 'cdk8s';
import { TektonTesting } from 'pipewright/testing';
import 'pipewright/testing/jest';
import { Ci } from './ci.js';

test('tests run before they run again', () => {
  const chart = new Ci(new App(), 'ci');
  expect(chart).toBeValidTekton();
  TektonTesting.of(chart).graph('all').expectOrder('test', 'again');
});
