/**
 * Pipelines: tasks and the values and resources passed between them.
 *
 * Tasks are added in a callback that receives the pipeline's params and resources; the pipeline is complete when it returns, so
 * errors are reported at the line that causes them.
 */

import { V1ALPHA1, constructProblem } from '@pipewright/tekton';
import type { ApiObjectMetadata } from 'cdk8s';
import { Construct } from 'constructs';
import { ConstructError } from '../../diagnostics/construct-error.js';
import { contentOf, recordContent } from '../../internal/content-hash.js';
import {
  paramSpecs,
  resourceSpecs,
  typeOf,
  workspaceSpecs,
  type None,
  type Params,
  type PipelineWorkspaces,
  type Resources,
} from '../declarations/declaration.js';
import { kubeObject, nameOf } from '../../internal/kube-object.js';
import {
  importManifest,
  signatureDifferences,
  expectedNames,
  expectedParams,
  expectedResources,
} from '../declarations/imported-manifest.js';
import { PipelineInput, PipelineTasks, PipelineWorkspace } from './pipeline-task.js';
import { manifestValue } from '../../manifests/manifest-value.js';
import { withOwner } from '../../manifests/reference.js';
import { mapValues, paramRefs } from '../declarations/scope-references.js';
import { declareExternal, type ExternalObject } from '../../validation/validation.js';

/** What a pipeline declares. */
export interface PipelineSignature<P extends Params, R extends Resources, W extends PipelineWorkspaces = None> {
  readonly params: P;
  readonly resources: R;
  readonly workspaces: W;
}

/** A pipeline that a run can use: defined in the app or outside it. */
export interface PipelineReference<P extends Params, R extends Resources, W extends PipelineWorkspaces = None> {
  /** The reference written to a run, or a function that inlines the pipeline. */
  readonly use:
    { readonly pipelineRef: { readonly name: string } } | ((owner: Construct) => { readonly pipelineSpec: unknown });
  readonly signature: PipelineSignature<P, R, W>;
  /**
   * The object, if it is defined outside the app.
   *
   * @default - the app defines it
   */
  readonly external?: ExternalObject;
}

/** The definition of a pipeline. */
export interface PipelineDefinition<P extends Params, R extends Resources, W extends PipelineWorkspaces = None> {
  /**
   * Values that a run passes.
   *
   * @default - the pipeline takes no params
   */
  readonly params?: P;

  /**
   * Resources that a run binds, by type: `{ source: 'git', web: 'image' }`.
   *
   * @default - the pipeline uses no resources
   */
  readonly resources?: R;

  /**
   * Directories that a run provides and tasks share: `{ cache: {} }` (Tekton v0.10).
   *
   * @default - the pipeline has no workspaces
   */
  readonly workspaces?: W;

  /** Adds the tasks. Each starts when its inputs are available and the tasks in its `after` have succeeded. */
  readonly tasks: (pipeline: PipelineTasks<P, R, W>) => void;
}

/** What an existing Pipeline manifest declares and refers to. */
export interface ManifestSignature<
  P extends Params,
  R extends Resources,
  W extends PipelineWorkspaces = None,
> extends Partial<PipelineSignature<P, R, W>> {
  /**
   * The tasks and conditions that the manifest refers to: external ones are required here, and changes of the others change the name
   * of runs in the mode `content-hash`.
   *
   * @default - all of them are part of the app
   */
  readonly uses?: readonly { readonly signature: object; readonly external?: ExternalObject }[];
}

/** Properties for `Pipeline`. */
export interface PipelineProps<
  P extends Params,
  R extends Resources,
  W extends PipelineWorkspaces = None,
> extends PipelineDefinition<P, R, W> {
  /**
   * Name, namespace, labels and annotations of the object.
   *
   * @default - a name made from the construct path, in the chart's namespace
   */
  readonly metadata?: ApiObjectMetadata;
}

/**
 * Defines a Tekton Pipeline.
 *
 * @example
 *
 *   const pipeline = new Pipeline(chart, 'release', {
 *     resources: { source: 'git', web: 'image' },
 *     tasks: ({ task, resources }) => {
 *       const { source, web } = resources;
 *       const tested = task('test', test, { inputs: { source } });
 *       const built = task('build', build, { after: [tested], inputs: { source }, outputs: { image: web } });
 *       task('deploy', deploy, { inputs: { image: built.outputs.image } }); // waits for build
 *     },
 *   });
 */
export class Pipeline<
  const P extends Params = None,
  const R extends Resources = None,
  const W extends PipelineWorkspaces = None,
>
  extends Construct
  implements PipelineReference<P, R, W>
{
  /** The name of the object. */
  readonly name: string;
  readonly use: { readonly pipelineRef: { readonly name: string } };
  readonly signature: PipelineSignature<P, R, W>;

  constructor(scope: Construct, id: string, props: PipelineProps<P, R, W>) {
    super(scope, id);
    const { metadata } = props;
    this.signature = signatureOf(props);
    const { spec, contents } = pipelineSpec(this, this.signature, props);
    const body = { spec };
    recordContent(this, () => ({ spec, contents: contents() }));
    this.name = nameOf(kubeObject(this, { apiVersion: V1ALPHA1, kind: 'Pipeline', metadata, body }));
    this.use = { pipelineRef: { name: this.name } };
  }

  /** Returns a pipeline without an object of its own: it is inlined in the run that uses it. */
  static inline<
    const P extends Params = None,
    const R extends Resources = None,
    const W extends PipelineWorkspaces = None,
  >(definition: PipelineDefinition<P, R, W>): PipelineReference<P, R, W> {
    const signature = signatureOf(definition);
    const reference: PipelineReference<P, R, W> = {
      signature,
      use: (owner) => {
        const { spec, contents } = pipelineSpec(owner, signature, definition);
        recordContent(reference, contents); // the run contains the spec itself
        return { pipelineSpec: spec };
      },
    };
    return reference;
  }

  /**
   * Returns a reference to a Pipeline defined outside the app. Nothing is emitted for it.
   *
   * @param signature what that Pipeline declares; runs are checked against it
   */
  static fromName<
    const P extends Params = None,
    const R extends Resources = None,
    const W extends PipelineWorkspaces = None,
  >(name: string, given: Partial<PipelineSignature<P, R, W>> = {}): PipelineReference<P, R, W> {
    const signature = signatureOf(given);
    return { use: { pipelineRef: { name } }, signature, external: stub(name, signature) };
  }

  /**
   * Adds an existing Pipeline manifest to the app, unchanged.
   *
   * @param manifest the object, or the text of its file
   * @param given what it declares; runs are checked against it, and the declaration against the manifest
   */
  static fromManifest<
    const P extends Params = None,
    const R extends Resources = None,
    const W extends PipelineWorkspaces = None,
  >(
    scope: Construct,
    id: string,
    manifest: string | object,
    given: ManifestSignature<P, R, W> = {},
  ): PipelineReference<P, R, W> {
    const { uses = [] } = given;
    const signature = signatureOf(given);
    const { name, spec, owner } = importManifest(scope, id, { kind: 'Pipeline', manifest }, (it) => [
      ...signatureDifferences(it, ['params'], expectedParams(signature.params)),
      ...signatureDifferences(it, ['resources'], expectedResources(signature.resources)),
      ...signatureDifferences(it, ['workspaces'], expectedNames(signature.workspaces)),
    ]);
    for (const { external } of uses) declareExternal(owner, external);
    const reference: PipelineReference<P, R, W> = { use: { pipelineRef: { name } }, signature };
    recordContent(reference, () => ({ spec, contents: uses.map(contentOf) }));
    return reference;
  }
}

const signatureOf = <P extends Params, R extends Resources, W extends PipelineWorkspaces>({
  params,
  resources,
  workspaces,
}: Partial<PipelineSignature<P, R, W>>): PipelineSignature<P, R, W> =>
  ({ params: params ?? {}, resources: resources ?? {}, workspaces: workspaces ?? {} }) as PipelineSignature<P, R, W>; // absent: None

/** Returns the spec of an external Pipeline with a signature: one task that uses every resource. */
function stub(
  name: string,
  { params, resources, workspaces }: PipelineSignature<Params, Resources, PipelineWorkspaces>,
): ExternalObject {
  const inputs = Object.keys(resources).map((resource) => ({ name: resource, resource }));
  const task = {
    name: 'elsewhere',
    taskSpec: { inputs: { resources: resourceSpecs(resources) }, steps: [{ image: 'elsewhere' }] },
    resources: { inputs },
  };
  const spec = {
    params: paramSpecs(params),
    resources: resourceSpecs(resources),
    workspaces: workspaceSpecs(workspaces),
    tasks: [task],
  };
  return { apiVersion: V1ALPHA1, kind: 'Pipeline', metadata: { name }, spec };
}

/** Returns the `spec` of a Pipeline or of an inlined pipeline, and the content of its tasks. */
function pipelineSpec<P extends Params, R extends Resources, W extends PipelineWorkspaces>(
  owner: Construct,
  signature: PipelineSignature<P, R, W>,
  { params, resources, workspaces, tasks }: PipelineDefinition<P, R, W>,
): { readonly spec: unknown; readonly contents: () => readonly unknown[] } {
  const bound = mapValues(signature.resources, (name, it) => new PipelineInput(owner, typeOf(it), name));
  const shared = mapValues(signature.workspaces, (name) => new PipelineWorkspace(owner, name));
  const added = new PipelineTasks<P, R, W>(
    owner,
    paramRefs(owner, 'params', signature.params),
    bound as PipelineTasks<P, R, W>['resources'], // keys of R
    shared as PipelineTasks<P, R, W>['workspaces'], // keys of W
  );
  withOwner(owner, () => tasks(added));
  if (added.specs.length === 0) {
    throw new ConstructError(owner, constructProblem('PIPELINE_EMPTY', {}));
  }
  const spec = manifestValue(
    {
      ...(resources && { resources: resourceSpecs(resources) }),
      ...(params && { params: paramSpecs(params) }),
      ...(workspaces && { workspaces: workspaceSpecs(workspaces) }),
      tasks: added.specs,
    },
    owner,
  );
  return { spec, contents: () => added.contents() };
}
