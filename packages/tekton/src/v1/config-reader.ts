/**
 * Reads the ConfigMaps `config-defaults` and `feature-flags` into one value, and reports invalid settings.
 *
 * An invalid setting has its default, so one mistake does not stop a controller. Keys without a row in the table are allowed, as in
 * Tekton: ConfigMaps have `_example`, and flags of other releases.
 */

import { parse } from 'yaml';
import { DEFAULT_CONFIG, type InlineSpecKind, type TektonConfig } from '../model/config.js';
import { parseDuration } from '../model/duration.js';
import { Report, suggestionBudget } from '../problems/report.js';
import { conform } from '../schema/conformance.js';
import { map, type Schema } from '../schema/schema.js';
import { DECODE_MESSAGES } from './decode-messages.js';
import { computeResources, podTemplate, workspaceBindings } from './shared-schemas.js';

/** The ConfigMaps with settings. */
export type ConfigMapName = 'config-defaults' | 'feature-flags';

/** An invalid setting, which has its default. */
export interface SettingProblem {
  readonly configMap: ConfigMapName;
  readonly key: string;
  readonly value: string;
  /** What the value must be: `a duration, for example 10m`. */
  readonly expected: string;
}

/** The result of reading the text of a setting. */
type SettingValue<T> =
  { readonly kind: 'valid'; readonly value: T } | { readonly kind: 'invalid'; readonly expected: string };

/** A setting: its key, and the fields that it sets. */
interface Setting {
  readonly configMap: ConfigMapName;
  readonly key: string;
  readonly read: (text: string) => SettingValue<Partial<TektonConfig>>;
}

type Reader<T> = (text: string) => SettingValue<T>;

const valid = <T>(value: T): SettingValue<T> => ({ kind: 'valid', value });
const invalid = (expected: string): SettingValue<never> => ({ kind: 'invalid', expected });

const text: Reader<string> = (value) => valid(value);

/** The words that Go's `strconv.ParseBool` accepts. */
const flag: Reader<boolean> = (value) =>
  /^(?:1|t|T|true|TRUE|True)$/.test(value)
    ? valid(true)
    : /^(?:0|f|F|false|FALSE|False)$/.test(value)
      ? valid(false)
      : invalid('true or false');

const count =
  (most = Number.MAX_SAFE_INTEGER): Reader<number> =>
  (value) =>
    /^\d{1,15}$/.test(value) && Number(value) <= most
      ? valid(Number(value))
      : invalid(
          most === Number.MAX_SAFE_INTEGER ? 'a whole number' : `a whole number up to ${most.toLocaleString('en')}`,
        );

const minutes: Reader<number> = (value) => {
  const number = count()(value);
  return number.kind === 'valid' ? valid(number.value * 60_000) : invalid('a whole number of minutes');
};

const duration: Reader<number> = (value) => {
  const milliseconds = parseDuration(value);
  return milliseconds === undefined || milliseconds < 0 ? invalid('a duration, for example 10m') : valid(milliseconds);
};

const oneOf =
  <T extends string>(...words: readonly T[]): Reader<T> =>
  (value) => {
    const word = words.find((one) => one === value);
    return word === undefined ? invalid(`one of ${words.join(', ')}`) : valid(word);
  };

const items = (value: string): string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const INLINE_SPEC_KINDS: readonly InlineSpecKind[] = ['pipeline', 'pipelinerun', 'taskrun'];

const inlineSpecs: Reader<readonly InlineSpecKind[]> = (value) => {
  const kinds = INLINE_SPEC_KINDS.filter((kind) => items(value).includes(kind));
  return kinds.length === new Set(items(value)).size
    ? valid(kinds)
    : invalid(`a list of ${INLINE_SPEC_KINDS.join(', ')}, separated by commas`);
};

/** Reads YAML that conforms to a schema. */
const yaml =
  <T>(schema: Schema): Reader<T> =>
  (value) => {
    let parsed: unknown;
    try {
      parsed = parse(value);
    } catch (error) {
      return invalid(`YAML; ${(error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? ''}`);
    }
    const report = new Report({ index: 0 }, suggestionBudget());
    const conforming = conform(parsed, schema, [], { report, messages: DECODE_MESSAGES });
    const [problem] = report.problems().filter(({ severity }) => severity === 'error');
    if (!problem) return valid(conforming as T); // it conforms to the schema of T
    const path = problem.path.join('.');
    return invalid(`YAML of the right form; ${path === '' ? '' : `\`${path}\`: `}${problem.message}`);
  };

const workspaceBinding: Reader<NonNullable<TektonConfig['taskRunWorkspaceBinding']>> = (value) => {
  const named = yaml<readonly (object & { readonly name?: string })[]>(workspaceBindings)(
    `- name: x\n${value.replace(/^/gm, '  ')}`,
  );
  if (named.kind === 'invalid') return named;
  const { name: _name, ...source } = named.value[0] ?? {};
  return valid(source);
};

const option = <K extends keyof TektonConfig>(
  configMap: ConfigMapName,
  key: string,
  field: K,
  read: Reader<NonNullable<TektonConfig[K]>>,
): Setting => ({
  configMap,
  key,
  read: (value) => {
    const result = read(value);
    return result.kind === 'invalid' ? result : valid({ [field]: result.value });
  },
});

/** The size of an object that the storage of Kubernetes accepts. */
const LARGEST_RESULT = 1_572_863;

const SETTINGS: readonly Setting[] = [
  option('config-defaults', 'default-timeout-minutes', 'defaultTimeoutMs', minutes),
  option('config-defaults', 'default-service-account', 'defaultServiceAccount', text),
  option('config-defaults', 'default-managed-by-label-value', 'managedByLabel', text),
  option('config-defaults', 'default-pod-template', 'podTemplate', yaml(podTemplate)),
  option(
    'config-defaults',
    'default-affinity-assistant-pod-template',
    'affinityAssistantPodTemplate',
    yaml(podTemplate),
  ),
  option('config-defaults', 'default-task-run-workspace-binding', 'taskRunWorkspaceBinding', workspaceBinding),
  option('config-defaults', 'default-max-matrix-combinations-count', 'maxMatrixCombinations', count()),
  option('config-defaults', 'default-forbidden-env', 'forbiddenEnv', (value) => valid(items(value))),
  option('config-defaults', 'default-resolver-type', 'defaultResolverType', text),
  option('config-defaults', 'default-imagepullbackoff-timeout', 'imagePullBackOffTimeoutMs', duration),
  option('config-defaults', 'default-create-container-error-timeout', 'createContainerErrorTimeoutMs', duration),
  option('config-defaults', 'default-maximum-resolution-timeout', 'maximumResolutionTimeoutMs', duration),
  option(
    'config-defaults',
    'default-container-resource-requirements',
    'containerResources',
    yaml(map('', computeResources)),
  ),
  option('config-defaults', 'default-sidecar-log-polling-interval', 'sidecarLogPollingIntervalMs', duration),
  option('config-defaults', 'default-step-ref-concurrency-limit', 'stepRefConcurrencyLimit', count()),
  option('config-defaults', 'default-cloud-events-sink', 'cloudEventsSink', text),
  option(
    'feature-flags',
    'coschedule',
    'coschedule',
    oneOf('workspaces', 'pipelineruns', 'isolate-pipelinerun', 'disabled'),
  ),
  option('feature-flags', 'disable-creds-init', 'disableCredsInit', flag),
  option('feature-flags', 'await-sidecar-readiness', 'awaitSidecarReadiness', flag),
  option(
    'feature-flags',
    'running-in-environment-with-injected-sidecars',
    'runningInEnvironmentWithInjectedSidecars',
    flag,
  ),
  option('feature-flags', 'require-git-ssh-secret-known-hosts', 'requireGitSshSecretKnownHosts', flag),
  option('feature-flags', 'enable-api-fields', 'enableApiFields', oneOf('stable', 'beta', 'alpha')),
  option('feature-flags', 'send-cloudevents-for-runs', 'sendCloudEventsForRuns', flag),
  option('feature-flags', 'enable-provenance-in-status', 'enableProvenanceInStatus', flag),
  option('feature-flags', 'enforce-nonfalsifiability', 'enforceNonfalsifiability', oneOf('none', 'spire')),
  option('feature-flags', 'results-from', 'resultsFrom', oneOf('termination-message', 'sidecar-logs')),
  option('feature-flags', 'max-result-size', 'maxResultSize', count(LARGEST_RESULT)),
  option('feature-flags', 'set-security-context', 'setSecurityContext', flag),
  option('feature-flags', 'keep-pod-on-cancel', 'keepPodOnCancel', flag),
  option('feature-flags', 'enable-cel-in-whenexpression', 'enableCelInWhenExpression', flag),
  option('feature-flags', 'enable-artifacts', 'enableArtifacts', flag),
  option('feature-flags', 'enable-param-enum', 'enableParamEnum', flag),
  option('feature-flags', 'disable-inline-spec', 'disableInlineSpec', inlineSpecs),
  option('feature-flags', 'enable-concise-resolver-syntax', 'enableConciseResolverSyntax', flag),
  option('feature-flags', 'enable-kubernetes-sidecar', 'enableKubernetesSidecar', flag),
  option('feature-flags', 'enable-wait-exponential-backoff', 'enableWaitExponentialBackoff', flag),
  option('feature-flags', 'enable-termination-message-compression', 'enableTerminationMessageCompression', flag),
  option(
    'feature-flags',
    'trusted-resources-verification-no-match-policy',
    'verificationNoMatchPolicy',
    oneOf('ignore', 'warn', 'fail'),
  ),
];

/** The entries of a ConfigMap. */
export type ConfigMapData = Readonly<Record<string, string>>;

/**
 * Reads the entries of `config-defaults` and `feature-flags`. Absent and empty settings have Tekton's defaults, invalid ones too.
 */
export function readTektonConfig(
  defaults: ConfigMapData,
  flags: ConfigMapData,
): { readonly config: TektonConfig; readonly problems: readonly SettingProblem[] } {
  const data = { 'config-defaults': defaults, 'feature-flags': flags };
  const problems: SettingProblem[] = [];
  let config = DEFAULT_CONFIG;
  for (const { configMap, key, read } of SETTINGS) {
    const value = data[configMap][key]?.trim() ?? '';
    if (value === '') continue;
    const result = read(value);
    if (result.kind === 'valid') config = { ...config, ...result.value };
    else problems.push({ configMap, key, value, expected: result.expected });
  }
  return { config, problems };
}
