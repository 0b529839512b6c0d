import { describe, expect, test } from '@jest/globals';
import type { ObservedPod } from '../../../src/run/follow/observed.js';
import { runningContainers, waitingNotice } from '../../../src/run/follow/still-running.js';

const now = Date.parse('2026-01-01T12:00:00Z');
const pod = (
  task: string,
  containers: Readonly<Record<string, object>>,
  more: Partial<ObservedPod['metadata']> = {},
): ObservedPod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: `${task}-pod`,
    labels: { 'tekton.dev/pipelineTask': task, 'tekton.dev/taskRun': `r-${task}`, 'tekton.dev/pipelineRun': 'r' },
    ...more,
  },
  status: { containerStatuses: Object.entries(containers).map(([name, state]) => ({ name, state })) },
});
const running = { running: {} };
const ended = { terminated: { exitCode: 0 } };

describe('the containers that a stopped run waits for', () => {
  test('are the running steps and sidecars, with the time until the last one is killed', () => {
    const pods = [
      pod('build', { 'step-fetch': ended, 'step-make': running }, { deletionTimestamp: '2026-01-01T12:00:12Z' }),
      pod('test', { 'step-unit': ended, 'sidecar-database': running }, { deletionTimestamp: '2026-01-01T12:00:28Z' }),
      pod('done', { 'step-all': ended }),
    ];
    expect(waitingNotice(runningContainers(pods), now, 'press Ctrl-C again')).toBe(
      'still running after SIGTERM: build (step make), test (sidecar database); killed within 28s; press Ctrl-C again',
    );
  });

  test('are listed with the name of the TaskRun, and without a time while the pod is not being deleted', () => {
    const labels = { 'tekton.dev/taskRun': 'once' };
    const pods = [pod('', { 'step-s': running }, { labels }), pod('', { 'step-s': running }, { labels: {} })];
    expect(waitingNotice(runningContainers(pods), now, 'hint')).toBe(
      'still running after SIGTERM: once (step s); hint',
    );
  });

  test('are listed with their run if there are several', () => {
    const labels = {
      'tekton.dev/pipelineTask': 'build',
      'tekton.dev/taskRun': 's-build',
      'tekton.dev/pipelineRun': 's',
    };
    const pods = [pod('build', { 'step-s': running }), pod('', { 'step-s': running }, { labels })];
    expect(waitingNotice(runningContainers(pods), now, 'hint')).toBe(
      'still running after SIGTERM: r/build (step s), s/build (step s); hint',
    );
  });

  test('are counted beyond four, and are empty if all have ended', () => {
    const pods = Array.from({ length: 7 }, (_, index) => pod(`t${String(index)}`, { 'step-s': running }));
    expect(waitingNotice(runningContainers(pods), now, 'hint')).toBe(
      'still running after SIGTERM: t0 (step s), t1 (step s), t2 (step s), t3 (step s), 3 more; hint',
    );
    expect(waitingNotice(runningContainers([pod('a', { 'step-s': ended })]), now, 'hint')).toBeUndefined();
  });
});
