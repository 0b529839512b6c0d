import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { systemClock } from '@pipewright/apimachinery';

beforeEach(() => void jest.useFakeTimers());
afterEach(() => void jest.useRealTimers());

const DAY = 86_400_000;

test.each([25, 60, 365])('a timer of %d days, longer than the maximum of setTimeout, fires once after them', (days) => {
  let calls = 0;
  systemClock.after(days * DAY, () => void calls++);
  jest.advanceTimersByTime(days * DAY - 1);
  expect(calls).toBe(0);
  jest.advanceTimersByTime(1);
  expect(calls).toBe(1);
  jest.advanceTimersByTime(days * DAY);
  expect(calls).toBe(1);
});

test('a long timer can be cancelled before its end', () => {
  let calls = 0;
  const cancel = systemClock.after(60 * DAY, () => void calls++);
  jest.advanceTimersByTime(30 * DAY);
  cancel();
  jest.advanceTimersByTime(60 * DAY);
  expect(calls).toBe(0);
});
