/** Tasks and ClusterTasks created from existing manifests. */

import type { Construct } from 'constructs';
import { recordContent } from '../../internal/content-hash.js';
import type { Params, Resources, Results, Workspaces } from '../declarations/declaration.js';
import {
  importManifest,
  signatureDifferences,
  expectedNames,
  expectedParams,
  expectedResources,
} from '../declarations/imported-manifest.js';
import { signatureOf, type Signature, type TaskReference } from './task-definition.js';

/** Creates the object of a manifest below `scope`. Throws if the manifest is invalid or differs from the signature. */
export function taskFromManifest<
  P extends Params,
  I extends Resources,
  O extends Resources,
  R extends Results,
  W extends Workspaces,
>(
  scope: Construct,
  id: string,
  kind: 'Task' | 'ClusterTask',
  manifest: string | object,
  given: Partial<Signature<P, I, O, R, W>>,
): TaskReference<P, I, O, R, W> {
  const signature = signatureOf(given);
  const { name, spec } = importManifest(scope, id, { kind, manifest }, (it) => taskDifferences(it, signature));
  const reference: TaskReference<P, I, O, R, W> = {
    signature,
    use: { taskRef: { name, ...(kind === 'ClusterTask' && { kind }) } },
  };
  recordContent(reference, () => spec);
  return reference;
}

/** Where a signature differs from what a spec declares. */
const taskDifferences = (
  spec: object,
  { params, inputs, outputs, results, workspaces }: Signature<Params, Resources, Resources, Results, Workspaces>,
): string[] => [
  ...signatureDifferences(spec, ['inputs', 'params'], expectedParams(params)),
  ...signatureDifferences(spec, ['inputs', 'resources'], expectedResources(inputs)),
  ...signatureDifferences(spec, ['outputs', 'resources'], expectedResources(outputs)),
  ...signatureDifferences(spec, ['results'], expectedNames(results)),
  ...signatureDifferences(spec, ['workspaces'], expectedNames(workspaces)),
];
