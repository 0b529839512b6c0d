/**
 * A cleanup that runs whether the tests pass or not, in a language that has no `finally`.
 *
 * In v1alpha1 a task that fails ends its pipeline, so a task that comes after it never runs. What can be done is not to fail
 * yet: the tests leave their verdict as a result, the cleanup comes after them, and a last task fails in their place.
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

/** Runs a command, and says how it ended in place of ending so. */
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

/** Fails when the verdict is not `passed`; so does the run. */
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
