/** The pictures of the documentation. */

import { dataFlow } from './data-flow.js';
import { pipelineGraph } from './pipeline-graph.js';
import { taskRunPod } from './task-run-pod.js';
import { startRecording } from './animated-recording.js';

/** The pictures, by path from the root of the repository. */
export const PICTURES: Readonly<Record<string, () => string | Promise<string>>> = {
  'docs/images/data-flow.svg': dataFlow,
  'docs/images/pipeline.svg': pipelineGraph,
  'docs/images/start.svg': startRecording,
  'docs/images/task-run-pod.svg': taskRunPod,
};
