/** Tasks and ClusterTasks that exist as YAML. */

import type { Construct } from 'constructs';
import { remember } from '../../internal/content-hash.js';
import type { Params, Resources, Results, Workspaces } from '../declarations/declaration.js';
import { adopt, compared, wantedNames, wantedParams, wantedResources } from '../declarations/imported-manifest.js';
import { signatureOf, type Signature, type TaskReference } from './task-definition.js';

/** Makes the object of a manifest below `scope`. Throws when it is none, or not what the signature says. */
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
  const { name, spec } = adopt(scope, id, { kind, manifest }, (it) => differences(it, signature));
  const reference: TaskReference<P, I, O, R, W> = {
    signature,
    use: { taskRef: { name, ...(kind === 'ClusterTask' && { kind }) } },
  };
  remember(reference, () => spec);
  return reference;
}

/** Where a signature differs from what a spec declares. */
const differences = (
  spec: object,
  { params, inputs, outputs, results, workspaces }: Signature<Params, Resources, Resources, Results, Workspaces>,
): string[] => [
  ...compared(spec, ['inputs', 'params'], wantedParams(params)),
  ...compared(spec, ['inputs', 'resources'], wantedResources(inputs)),
  ...compared(spec, ['outputs', 'resources'], wantedResources(outputs)),
  ...compared(spec, ['results'], wantedNames(results)),
  ...compared(spec, ['workspaces'], wantedNames(workspaces)),
];
