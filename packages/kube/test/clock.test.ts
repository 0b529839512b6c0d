import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { systemClock } from '../src/index.js';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const DAY = 86_400_000;

test.each([25, 60, 365])('a wait of %d days, longer than a timer of the machine can be, ends after them', (days) => {
  let rung = 0;
  systemClock.after(days * DAY, () => void rung++);
  jest.advanceTimersByTime(days * DAY - 1);
  expect(rung).toBe(0);
  jest.advanceTimersByTime(1);
  expect(rung).toBe(1);
  jest.advanceTimersByTime(days * DAY);
  expect(rung).toBe(1);
});

test('a long timer can be cancelled, also halfway', () => {
  let rung = 0;
  const cancel = systemClock.after(60 * DAY, () => void rung++);
  jest.advanceTimersByTime(30 * DAY);
  cancel();
  jest.advanceTimersByTime(60 * DAY);
  expect(rung).toBe(0);
});
