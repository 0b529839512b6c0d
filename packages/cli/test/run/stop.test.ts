import { EventEmitter } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { fake, type FakeScript } from '@pipewright/cluster';
import { systemClock, type Clock } from '@pipewright/apimachinery';
import { run } from '../../src/run/run-command.js';
import { folderWith, recorded } from '../support/cli.js';
import type { RunOptions } from '../../src/run/run-options.js';

const MANIFESTS = `apiVersion: tekton.dev/v1alpha1
kind: PipelineRun
metadata: { name: nightly }
spec:
  pipelineSpec:
    tasks:
      - name: build
        taskSpec:
          steps:
            - { name: first, image: 'busybox:1', command: [echo] }
            - { name: second, image: 'busybox:1', command: [echo] }
      - name: ship
        taskSpec: { steps: [{ name: first, image: 'busybox:1', command: [echo] }] }
        runAfter: [build]
`;

const folders: (() => void)[] = [];
afterEach(() => folders.splice(0).forEach((done) => done()));

/** Returns the options of a run of these manifests. */
function options(more: Partial<RunOptions> = {}): RunOptions {
  const { path, done } = folderWith({ 'p.yaml': MANIFESTS });
  folders.push(done);
  const none = { run: [], param: new Map(), source: new Map() };
  return { ...none, paths: [path], image: new Map([['busybox', 'host']]), output: 'text', runtime: 'fake', ...more };
}

/** Masks durations, which differ between runs. */
const timeless = (text: string): string => text.replace(/\d+\.\d+s\b/g, 'TIME');

describe('a stopped run', () => {
  /** Returns a clock on which timers with one of these delays fire when `ring` is called. */
  const clockFor = (...awaited: readonly number[]): { readonly clock: Clock; readonly ring: () => void } => {
    const timers: (() => void)[] = [];
    const after: Clock['after'] = (ms, callback) => {
      if (!awaited.includes(ms)) return systemClock.after(ms, callback);
      timers.push(callback);
      return () => undefined;
    };
    return { clock: { ...systemClock, after }, ring: () => timers.splice(0).forEach((callback) => callback()) };
  };

  test('has timed out with status 124 after --timeout', async () => {
    const { clock, ring } = clockFor(90_000);
    const script: FakeScript = () => {
      setImmediate(ring);
      return { duration: 'forever' };
    };
    const output = recorded();
    const dependencies = { runtime: fake({ script }), signals: new EventEmitter(), clock };
    const status = await run(options({ timeoutMs: 90_000 }), output, dependencies);
    expect(output.out()).toContain('stopping the steps: --timeout 1m30s has passed');
    expect(timeless(output.out())).toContain(`
Timed out  nightly  in TIME  (2 tasks: 1 timed out, 1 not started)
      Timeout: stopped by --timeout 1m30s
  ✖ build  TIME  in step first
  ○ ship   not started
`);
    expect(status).toBe(124);
  });

  test('is cancelled with status 130 after Ctrl-C', async () => {
    const signals = new EventEmitter();
    const output = recorded();
    const script: FakeScript = () => {
      setImmediate(() => signals.emit('SIGINT'));
      return { duration: 'forever' };
    };
    const status = await run(options(), output, { runtime: fake({ script }), signals });
    expect(output.out()).toContain('stopping the steps (SIGINT); press Ctrl-C again to kill them now');
    expect(output.out()).toContain('Cancelled  nightly');
    expect(status).toBe(130);
  });

  test('reports a step that ignores SIGTERM and when it is killed; a second Ctrl-C kills it immediately', async () => {
    const signals = new EventEmitter();
    const { clock, ring } = clockFor(2_000, 10_000);
    const output = recorded();
    const notices: string[] = [];
    // The pod is deleted shortly after the run is cancelled.
    const ringUntilNoticed = (): void => {
      ring();
      if (notices.length === 0) setImmediate(ringUntilNoticed);
    };
    const print = (line: string): void => {
      if (line.startsWith('stopping')) ringUntilNoticed();
      if (!line.includes('killed within')) return;
      notices.push(line);
      signals.emit('SIGINT');
    };
    const script: FakeScript = ({ identity }) => {
      if (identity.container !== 'step-second') return {};
      setImmediate(() => signals.emit('SIGINT'));
      return { duration: 'forever', handlesSigterm: false };
    };
    const dependencies = { runtime: fake({ script }), signals, clock };
    expect(await run(options(), { ...output, print }, dependencies)).toBe(130);
    // still-running.test.ts tests the remaining seconds, which depend on the load of the machine here.
    expect(notices).toEqual([
      expect.stringMatching(
        /^still running after SIGTERM: build \(step second\); killed within \d+s; press Ctrl-C again to kill them now$/,
      ),
    ]);
  });
});
