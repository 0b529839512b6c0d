/** Messages of `run` while steps wait for a sidecar. */

import { expect, test } from '@jest/globals';
import type { ObservedPod } from '../../../src/run/follow/observed.js';
import { TaskNotices } from '../../../src/run/follow/task-notices.js';
import { unreadySidecars } from '../../../src/run/follow/unready-sidecars.js';

const pod = (ready: boolean, annotations: Readonly<Record<string, string>> = {}): ObservedPod => ({
  metadata: { name: 'p', namespace: 'n', annotations },
  status: {
    containerStatuses: [
      { name: 'step-a', ready: false, state: { running: {} } },
      { name: 'sidecar-db', ready, state: { running: {} } },
    ],
  },
});
const event = (container: string, message: string) => ({
  metadata: { name: 'e' },
  involvedObject: { namespace: 'n', name: 'p', fieldPath: `spec.containers{${container}}` },
  message,
});
const refused = [
  event('sidecar-db', 'Readiness probe failed: refused'),
  event('sidecar-other', 'x'),
  event('step-a', 'y'),
];

test('a sidecar whose readiness probe fails is reported with the output of the probe', () => {
  expect(unreadySidecars(pod(false), refused)).toEqual(['sidecar db is not ready: Readiness probe failed: refused']);
});

test('ready sidecars are not reported, nor any after the steps have started', () => {
  expect(unreadySidecars(pod(true), refused)).toEqual([]);
  expect(unreadySidecars(pod(false, { 'tekton.dev/ready': 'READY' }), refused)).toEqual([]);
});

test('each reason is reported once', () => {
  const news = new TaskNotices();
  const held = (message: string) => ({ type: 'task-held', reason: 'SidecarNotReady', message });
  expect(news.ofSidecars(['a'])).toEqual([held('a')]);
  expect(news.ofSidecars(['a', 'b'])).toEqual([held('b')]);
});
