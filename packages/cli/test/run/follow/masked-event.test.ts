import { expect, test } from '@jest/globals';
import type { RunEvent } from '../../../src/run/follow/events.js';
import { maskedEvent } from '../../../src/run/follow/masked-event.js';

const hide = (text: string): string => text.replaceAll('hunter2', '***');

const at = { time: '2026-01-01T00:00:00.000Z', run: 'r', task: 't' } as const;
const said = 'it is hunter2';

/** All events that contain text, with a secret in each text. */
const EVENTS: readonly RunEvent[] = [
  { type: 'note', time: at.time, message: said },
  { type: 'step-end', ...at, step: 's', exitCode: 1, reason: said },
  { type: 'check-end', ...at, check: 'c', outcome: 'failed', reason: said, message: said, seconds: 0 },
  { type: 'log-incomplete', ...at, message: said },
  { type: 'task-held', ...at, reason: said, message: said },
  { type: 'task-retry', ...at, reason: said, message: said, attempt: 2 },
  {
    type: 'task-end',
    ...at,
    outcome: 'failed',
    reason: said,
    message: said,
    seconds: 0,
    results: [{ resource: 'repo', key: 'commit', value: said }],
    taskResults: [{ name: 'v', value: said }],
  },
  { type: 'run-end', time: at.time, run: 'r', outcome: 'failed', reason: said, message: said, seconds: 0 },
  { type: 'deployment', time: at.time, name: 'd', namespace: 'n', container: 'c', before: said, after: said },
  { type: 'pushed', time: at.time, image: said, digest: 'sha256:0' },
];

test.each(EVENTS.map((event) => [event.type, event] as const))('the texts of a %s event are masked', (_type, event) => {
  expect(JSON.stringify(maskedEvent(event, hide))).toBe(JSON.stringify(event).replaceAll('hunter2', '***'));
});

test('names of runs, tasks and steps are not masked, because scripts use them', () => {
  const event: RunEvent = { type: 'step-start', time: at.time, run: 'hunter2', task: 'hunter2', step: 'hunter2' };
  expect(maskedEvent(event, hide)).toEqual(event);
});
