/**
 * Problems between objects: references, params and bindings, credentials and permissions.
 *
 * One row per problem; `problem.ts` describes the columns.
 */

import { error, quoteList, suggestionOr, quote, warning, type UnknownName } from './problem.js';

/** @param later the unsupported version of tekton.dev that the object has, if so */
const missing = (kind: string, name: string, later: string | undefined): string =>
  later === undefined
    ? `${kind} ${quote(name)} not found`
    : `the ${kind} ${quote(name)} is ${quote(later)}, whose objects are not read yet`;

const remedyOfMissing = ({
  suggestion,
  known,
  later,
  own = 'tekton.dev/v1alpha1',
}: UnknownName & { readonly later?: string | undefined; readonly own?: string | undefined }): string =>
  later === undefined
    ? suggestionOr(suggestion, known, 'add it to the manifests, or correct the name')
    : `rewrite it as ${quote(own)}`;

/** Rows about references between objects. */
export const REFERENCE_PROBLEMS = {
  TASK_UNKNOWN: error<UnknownName & { kind: string; later?: string | undefined; own?: string | undefined }>(
    'A task does not exist',
    'The run fails with CouldntGetTask or TaskRunResolutionFailed. It is a warning where it may live elsewhere, as when single files are checked.',
    ({ kind, name, later }) => missing(kind, name, later),
    (details) => remedyOfMissing(details),
  ),
  PIPELINE_UNKNOWN: error<UnknownName & { later?: string | undefined; own?: string | undefined }>(
    'A pipeline does not exist',
    'The run fails with CouldntGetPipeline. It is a warning where it may live elsewhere, as when single files are checked.',
    ({ name, later }) => missing('Pipeline', name, later),
    (details) => remedyOfMissing(details),
  ),
  RESOURCE_UNKNOWN: error<UnknownName>(
    'A PipelineResource does not exist',
    'The run fails with CouldntGetResource. It is a warning where it may live elsewhere, as when single files are checked.',
    ({ name }) => `PipelineResource ${quote(name)} not found`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'add it to the manifests, or correct the name'),
  ),
  CONDITION_UNKNOWN: error<UnknownName>(
    'A condition does not exist',
    'The run fails with CouldntGetCondition. It is a warning where it may live elsewhere, as when single files are checked.',
    ({ name }) => `Condition ${quote(name)} not found`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'add it to the manifests, or correct the name'),
  ),
  PARAM_MISSING: error<{ name: string; owner: string }>(
    'A param has no value',
    'The param has no default, so every run must set it.',
    ({ name, owner }) => `${owner} needs the param ${quote(name)}`,
    ({ name }) => `add \`- {name: ${name}, value: …}\` to the params, or give the param a default`,
  ),
  PARAM_EXTRA: error<UnknownName & { owner: string }>(
    'A param is not declared',
    'The task is rejected. A misspelt name would leave the intended param at its default.',
    ({ name, owner }) => `${owner} has no param ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  PARAM_IGNORED: warning<UnknownName & { owner: string }>(
    'A run sets a param that its pipeline does not declare',
    'It has no effect. A misspelt name leaves the intended param at its default.',
    ({ name, owner }) => `${owner} has no param ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  PARAM_TYPE: error<{ name: string; owner: string; wants: string; got: string }>(
    'The value of a param has the wrong type',
    'The run fails with ParameterTypeMismatch or TaskRunValidationFailed.',
    ({ name, owner, wants, got }) => `the param ${quote(name)} of ${owner} is ${wants}, but its value is ${got}`,
    ({ wants }) => (wants === 'an array' ? 'write the value as a list' : 'write the value as one string'),
  ),
  BINDING_MISSING: error<{ name: string; owner: string; type: string }>(
    'A resource is not bound',
    'The run fails before its first task.',
    ({ name, owner }) => `${owner} needs the resource ${quote(name)}`,
    ({ name, type }) => `bind ${quote(name)} to a resource of type ${type}`,
  ),
  BINDING_EXTRA: error<UnknownName & { owner: string }>(
    'A bound resource is not declared',
    'The run fails before its first task.',
    ({ name, owner }) => `${owner} has no resource ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  RESOURCE_TYPE_WRONG: error<{ name: string; owner: string; wants: string; got: string }>(
    'A resource of another type is bound',
    'The task cannot use a resource of this type.',
    ({ name, owner, wants, got }) =>
      `the resource ${quote(name)} of ${owner} is of type ${wants}, but the bound resource is of type ${got}`,
    ({ wants }) => `bind a resource of type ${wants}`,
  ),
  WORKSPACE_MISSING: error<{ name: string; owner: string }>(
    'A workspace is not bound',
    'The run fails before its first task.',
    ({ name, owner }) => `${owner} needs the workspace ${quote(name)}`,
    ({ name }) => `add ${quote(name)} to the workspaces`,
  ),
  WORKSPACE_EXTRA: error<UnknownName & { owner: string }>(
    'A workspace is not declared',
    'The run fails before its first task.',
    ({ name, owner }) => `${owner} has no workspace ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  ACCOUNT_TASK_UNKNOWN: warning<UnknownName>(
    'A ServiceAccount is assigned to a task that does not exist',
    'It has no effect, and the intended task runs as another account.',
    ({ name }) => `the pipeline has no task ${quote(name)}`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'remove it'),
  ),
  SERVICE_ACCOUNT_MISSING: error<UnknownName>(
    'A ServiceAccount does not exist',
    'The pods of the run cannot be created. It is a warning where the account may live elsewhere.',
    ({ name }) => `ServiceAccount ${quote(name)} not found`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'add it, or make sure it exists where this is applied'),
  ),
  SECRET_MISSING: error<UnknownName & { owner: string }>(
    'A Secret does not exist',
    'The pods of the run cannot be created. It is a warning where the Secret may live elsewhere.',
    ({ name, owner }) => `Secret ${quote(name)} not found; ${owner} refers to it`,
    ({ suggestion, known }) => suggestionOr(suggestion, known, 'add it, or make sure it exists where this is applied'),
  ),
  CREDENTIAL_UNANNOTATED: warning<{ name: string; type: string }>(
    'A credential has no annotation that names its hosts',
    'Steps receive a credential only for the hosts of its annotations.',
    ({ name, type }) =>
      `the Secret ${quote(name)} of type ${type} has no annotation tekton.dev/git-… or tekton.dev/docker-…`,
    ({ type }) =>
      type === 'kubernetes.io/ssh-auth'
        ? 'add the annotation `tekton.dev/git-0: HOST`'
        : 'add the annotation `tekton.dev/git-0: https://HOST`, or `tekton.dev/docker-0: https://REGISTRY`',
  ),
  SECRET_PLAINTEXT: warning<{ keys: readonly string[] }>(
    'A manifest contains a Secret in plain text',
    'Everyone with access to the manifest or its Git history can read the Secret; base64 is not encryption.',
    ({ keys }) => `this Secret has its values in the manifest (${quoteList(keys)})`,
    () => 'create it outside of Git, or use an ExternalSecret or SealedSecret',
  ),
  CLUSTER_ADMIN: warning<{ account: string }>(
    'A ServiceAccount has cluster-admin rights',
    'Every step of every run with this account, and everything those steps download, can read all Secrets and change the whole cluster.',
    ({ account }) => `the ServiceAccount ${quote(account)} has cluster-admin rights`,
    () => 'bind a Role with only the permissions that the steps need, for example patch on one Deployment',
  ),
  SUBJECT_NAMESPACE_MISSING: error<{ name: string }>(
    'A subject of a binding has no namespace',
    'The API server rejects a ClusterRoleBinding that has a subject of kind ServiceAccount without a namespace. In a RoleBinding, the namespace of the binding applies.',
    ({ name }) => `the ServiceAccount ${quote(name)} has no namespace`,
    () => 'add `namespace: …` to the subject',
  ),
  TOKEN_ABSENT: warning<{ account: string }>(
    'No step has a token for the permissions of its ServiceAccount',
    'The account has `automountServiceAccountToken: false`, and no step mounts a token of its own, so no step can use the permissions.',
    ({ account }) =>
      `the ServiceAccount ${quote(account)} has permissions, but no step of this run has a token to use them`,
    () =>
      'mount a projected token in the step that needs it (`kubernetesApi: true` in a program), or have the account mount it',
  ),
} as const;
