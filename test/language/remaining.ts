/** What `test/language.test.ts` still accepts. Remove a row with the last finding that it covers: a row without one fails. */

/** Folders whose names and prose are still to be rewritten. */
export const UNREAD: readonly string[] = [
  'packages/cli/bin',
  'packages/cli/image-builder',
  'packages/cli/src',
  'packages/cli/test',
  'packages/cluster/src',
  'packages/cluster/test',
  'packages/controller/test',
  'packages/kube/test',
  'packages/tekton/test',
  'packages/testing/src',
  'packages/testing/test',
];

/** Sums without a discriminant of that name. */
export const KNOWN_SUMS: readonly string[] = [];

/** Exported functions of one name with different contracts. */
export const KNOWN_NAMESAKES: readonly string[] = [
  'templateText: lib/access/external-secret.ts, packages/cli/src/import/code.ts',
  'digestOf: lib/app/generated-files.ts, packages/cli/src/images/saved-image.ts, packages/cluster/src/registry/names.ts',
  'nameOf: lib/internal/kube-object.ts, lib/testing/objects.ts, packages/testing/src/runs.ts',
  'parseDuration: packages/cli/src/commands/option-values.ts, packages/tekton/src/model/duration.ts',
  'resource: packages/cli/src/explain/example.ts, packages/kube/src/client/resource.ts',
  'tooLarge: packages/cli/src/images/layer-bytes.ts, packages/cluster/src/api/status-error.ts',
  'list: packages/cli/src/import/code.ts, packages/tekton/src/schema/schema.ts',
  'text: packages/cli/src/import/code.ts, packages/cluster/src/api/printing/cells.ts',
  'kindOf: packages/cli/src/import/pipeline-code.ts, packages/cluster/src/runtime/sandbox/layer-shape.ts',
  'listAt: packages/cli/src/json.ts, packages/cluster/src/model/json.ts',
  'secretsIn: packages/cli/src/manifests/load.ts, packages/cluster/src/storage/secrets.ts',
  'succeededCondition: packages/cli/src/run/follow/observed.ts, packages/controller/src/run/condition.ts',
  'pendingReason: packages/cli/src/run/follow/observed.ts, packages/controller/src/taskrun/pending-reason.ts',
  'error: packages/cli/src/run/prepare/required-objects.ts, packages/tekton/src/problems/problem.ts',
  'pipelineOf: packages/cli/src/run/select/reachable-tasks.ts, packages/testing/src/runs.ts',
  'isRun: packages/cli/src/run/select/select.ts, packages/testing/src/runs.ts',
  'withParams: packages/cli/src/run/select/select.ts, packages/tekton/src/v1alpha1/run-writer.ts',
  'keyOf: packages/cli/src/yaml/value.ts, packages/kube/src/client/resource.ts',
  'objectsOf: packages/cluster/src/api/api-context.ts, packages/cluster/src/node/pod/referenced-objects.ts',
  'authorize: packages/cluster/src/api/auth/authorization.ts, packages/controller/src/edge/registry/auth.ts',
  'quoted: packages/cluster/src/api/auth/policy-rules.ts, packages/controller/src/scripts/shell-text.ts',
  'pathsOf: packages/cluster/src/api/discovery/discovery.ts, packages/cluster/src/api/discovery/openapi-v3.ts',
  'apiVersionOf: packages/cluster/src/api/kinds/resource-type.ts, packages/kube/src/client/resource.ts',
  'joined: packages/cluster/src/api/printing/cells.ts, packages/controller/src/scripts/scripts.ts',
  'statusOf: packages/cluster/src/api/status-error.ts, packages/controller/src/pipelinerun/status.ts',
  'mergePatch: packages/cluster/src/api/verbs/patch/merge-patch.ts, packages/controller/src/run/merge-patch.ts',
  'getObject: packages/cluster/src/api/verbs/read.ts, packages/controller/src/edge/find-object.ts',
  'quantityOf: packages/cluster/src/model/quantity.ts, packages/cluster/src/node/pod/downward-api.ts',
  'quote: packages/cluster/src/runtime/launchers/shell-zygote.ts, packages/tekton/src/problems/problem.ts',
];
