/**
 * A cleanup that runs even if the tests fail, in an API version without `finally`.
 *
 * In v1alpha1 a failed task ends its pipeline, so later tasks never run. Therefore the tests do not fail immediately:
 * they write their outcome as a result, the cleanup runs after them, and a last task fails instead.
 */

import { Chart } from 'cdk8s';
import { Pipeline, PipelineRun, Task, TektonApp } from '../../lib/index.js';

const app = new TektonApp();
const chart = new Chart(app, 'cleanup');
const image = 'alpine:3.19';

const setup = new Task(chart, 'setup', {
  metadata: { name: 'setup' },
  steps: () => [{ name: 'create', image, command: ['echo'], args: ['created the database'] }],
});

/** Runs a command, and writes its outcome as a result instead of failing. */
const attempt = new Task(chart, 'attempt', {
  metadata: { name: 'attempt' },
  params: { command: { type: 'array' } },
  results: { verdict: { description: '`passed`, or `failed` and the exit code' } },
  steps: ({ params, results }) => [
    {
      name: 'try',
      image,
      command: [
        'sh',
        '-c',
        'code=0; "$@" || code=$?; [ $code = 0 ] && v=passed || v="failed $code"; printf %s "$v" > "$0"',
      ],
      args: [results.verdict.path, params.command],
    },
  ],
});

const remove = new Task(chart, 'remove', {
  metadata: { name: 'remove' },
  steps: () => [{ name: 'remove', image, command: ['echo'], args: ['removed the database'] }],
});

/** Fails, and with it the run, unless the outcome is `passed`. */
const judge = new Task(chart, 'judge', {
  metadata: { name: 'judge' },
  params: { verdict: {} },
  steps: ({ params }) => [
    { name: 'judge', image, command: ['sh', '-c', 'echo "tests: $0"; [ "$0" = passed ]'], args: [params.verdict] },
  ],
});

const pipeline = new Pipeline(chart, 'pipeline', {
  metadata: { name: 'test-with-cleanup' },
  params: { command: { default: ['sh', '-c', 'echo "a test fails"; exit 3'] } },
  tasks: ({ task, params }) => {
    const ready = task('setup', setup);
    const tested = task('test', attempt, { after: [ready], params: { command: params.command } });
    const cleaned = task('cleanup', remove, { after: [tested] });
    task('judge', judge, { after: [cleaned], params: { verdict: tested.results.verdict } });
  },
});
new PipelineRun(chart, 'run', { mode: 'manual', metadata: { name: 'test' }, pipeline });
app.synth();
