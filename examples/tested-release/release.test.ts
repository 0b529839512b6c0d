/** What the release promises, held without a cluster. */

import { describe, expect, test } from '@jest/globals';
import { simulate } from '@pipewright/testing';
import { App } from 'cdk8s';
import { TektonTesting } from '../../lib/testing/index.js';
import '../../lib/testing/jest.js';
import { Release } from './main.js';

const release = (branch = 'main'): TektonTesting => TektonTesting.of(new Release(new App(), 'release', { branch }));

describe('what is synthesized', () => {
  test('is valid', () => {
    expect(new Release(new App(), 'release', { branch: 'main' })).toBeValidTekton();
  });

  test('checks side by side, and uploads before it deploys', () => {
    const graph = release().graph('release');
    graph.expectParallel('lint', 'unit', 'version');
    graph.expectOrder('unit', 'upload', 'deploy');
  });
});

describe('a run', () => {
  test('hands the version on', async () => {
    const run = await simulate(release(), { scripts: { version: { read: { results: { version: '2.0.0' } } } } });
    expect(run.succeeded).toBe(true);
    expect(run.task('upload').params).toEqual({ how: 'upload', version: '2.0.0' });
    expect(run.task('deploy').steps[0]?.argv).toEqual(['echo', 'deploy', '2.0.0']);
  });

  test('tries the upload again, for as long as it may', async () => {
    const run = await simulate(release(), {
      scripts: { upload: { send: [{ exitCode: 1, takes: '2m' }, { takes: '20s' }] } },
    });
    expect(run.succeeded).toBe(true);
    expect(run.task('upload').attempts).toBe(2);
    expect(run.took).toBe(140);

    const stuck = await simulate(release(), { scripts: { upload: { send: { takes: 'forever' } } } });
    expect(stuck.task('upload')).toMatchObject({ succeeded: false, reason: 'TaskRunTimeout' });
    expect(stuck.skipped).toEqual(['deploy']);
  });

  test('uploads nothing when a check fails', async () => {
    const run = await simulate(release(), { scripts: { lint: { check: { exitCode: 1 } } } });
    expect(run.succeeded).toBe(false);
    expect(run.skipped).toEqual(['upload', 'deploy']);
  });

  test('deploys from main alone', async () => {
    const run = await simulate(release('feature'), {
      conditions: { deploy: { 'on-main': ({ argv }) => ({ exitCode: argv[1] === 'main' ? 0 : 1 }) } },
    });
    expect(run.succeeded).toBe(true);
    expect(run.order).toContain('upload');
    expect(run.skipped).toEqual(['deploy']);
  });
});
