/**
 * Masks the texts of events. The names of runs, tasks and steps stay unchanged: scripts use them to look up events, and
 * they come from manifests.
 *
 * Separate from the code that emits events, so that no text of a status, a condition or a result is missed. Log lines
 * are already masked as streams, because a secret may span several lines.
 */

import type { RunEvent } from './events.js';

/** Returns the event with every secret in its texts replaced. */
export function maskedEvent(event: RunEvent, hide: (text: string) => string): RunEvent {
  switch (event.type) {
    case 'run-start':
    case 'task-start':
    case 'check-start':
    case 'step-start':
    case 'step-log':
    case 'sidecar-log':
    case 'next-command': // omitted elsewhere if it contains a secret
      return event;
    case 'note':
    case 'log-incomplete':
      return { ...event, message: hide(event.message) };
    case 'step-end':
      return { ...event, reason: hide(event.reason) };
    case 'check-end':
    case 'task-held':
    case 'task-retry':
    case 'run-end':
      return { ...event, reason: hide(event.reason), message: hide(event.message) };
    case 'task-end': {
      const results = event.results.map((result) => ({ ...result, value: hide(result.value) }));
      const taskResults = event.taskResults.map((result) => ({ ...result, value: hide(result.value) }));
      return { ...event, reason: hide(event.reason), message: hide(event.message), results, taskResults };
    }
    case 'deployment':
      return { ...event, before: hide(event.before), after: hide(event.after) };
    case 'pushed':
      return { ...event, image: hide(event.image) };
  }
}
