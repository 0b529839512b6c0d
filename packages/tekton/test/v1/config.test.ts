/** The settings of the ConfigMaps config-defaults and feature-flags. */

import { expect, test } from '@jest/globals';
import { applyDefaults, DEFAULT_CONFIG, readTektonConfig, type TektonConfig } from '@pipewright/tekton';

test('without settings, a cluster has the defaults of Tekton', () => {
  expect(readTektonConfig({ _example: 'enable-api-fields: alpha' }, {})).toEqual({
    config: DEFAULT_CONFIG,
    problems: [],
  });
});

test.each<[key: string, value: string, expected: Partial<TektonConfig>]>([
  ['default-timeout-minutes', '5', { defaultTimeoutMs: 300_000 }],
  ['default-service-account', 'builder', { defaultServiceAccount: 'builder' }],
  ['default-managed-by-label-value', 'me', { managedByLabel: 'me' }],
  ['default-pod-template', 'nodeSelector:\n  disk: ssd\n', { podTemplate: { nodeSelector: { disk: 'ssd' } } }],
  ['default-task-run-workspace-binding', 'emptyDir: {}\n', { taskRunWorkspaceBinding: { emptyDir: {} } }],
  ['default-max-matrix-combinations-count', '4', { maxMatrixCombinations: 4 }],
  ['default-forbidden-env', 'A, B', { forbiddenEnv: ['A', 'B'] }],
  ['default-resolver-type', 'git', { defaultResolverType: 'git' }],
  ['default-imagepullbackoff-timeout', '5m', { imagePullBackOffTimeoutMs: 300_000 }],
  ['default-maximum-resolution-timeout', '30s', { maximumResolutionTimeoutMs: 30_000 }],
  [
    'default-container-resource-requirements',
    'default:\n  requests:\n    cpu: 100m\n',
    { containerResources: { default: { requests: { cpu: '100m' } } } },
  ],
  ['default-sidecar-log-polling-interval', '1s', { sidecarLogPollingIntervalMs: 1000 }],
  ['default-step-ref-concurrency-limit', '2', { stepRefConcurrencyLimit: 2 }],
])('%s of config-defaults is read', (key, value, expected) => {
  expect(readTektonConfig({ [key]: value }, {})).toEqual({ config: { ...DEFAULT_CONFIG, ...expected }, problems: [] });
});

test.each<[key: string, value: string, expected: Partial<TektonConfig>]>([
  ['coschedule', 'disabled', { coschedule: 'disabled' }],
  ['await-sidecar-readiness', 'F', { awaitSidecarReadiness: false }],
  ['enable-api-fields', 'alpha', { enableApiFields: 'alpha' }],
  ['results-from', 'sidecar-logs', { resultsFrom: 'sidecar-logs' }],
  ['max-result-size', '8192', { maxResultSize: 8192 }],
  ['keep-pod-on-cancel', 'true', { keepPodOnCancel: true }],
  ['disable-inline-spec', 'pipelinerun, pipeline', { disableInlineSpec: ['pipeline', 'pipelinerun'] }],
  ['trusted-resources-verification-no-match-policy', 'warn', { verificationNoMatchPolicy: 'warn' }],
])('%s of feature-flags is read', (key, value, expected) => {
  expect(readTektonConfig({}, { [key]: value })).toEqual({ config: { ...DEFAULT_CONFIG, ...expected }, problems: [] });
});

test.each<[configMap: 'config-defaults' | 'feature-flags', key: string, value: string, expected: string]>([
  ['config-defaults', 'default-timeout-minutes', '1h', 'a whole number of minutes'],
  ['config-defaults', 'default-max-matrix-combinations-count', '-1', 'a whole number'],
  ['config-defaults', 'default-imagepullbackoff-timeout', '5', 'a duration, for example 10m'],
  [
    'config-defaults',
    'default-pod-template',
    'nodeSelector: ssd',
    "YAML of the right form; `nodeSelector`: must be a mapping, but is the string 'ssd'",
  ],
  ['feature-flags', 'enable-api-fields', 'gamma', 'one of stable, beta, alpha'],
  ['feature-flags', 'enable-artifacts', 'yes', 'true or false'],
  ['feature-flags', 'max-result-size', '1572864', 'a whole number up to 1,572,863'],
  [
    'feature-flags',
    'disable-inline-spec',
    'pipelines',
    'a list of pipeline, pipelinerun, taskrun, separated by commas',
  ],
])('an invalid setting of %s is reported and has its default: %s', (configMap, key, value, expected) => {
  const data = { 'config-defaults': {}, 'feature-flags': {}, [configMap]: { [key]: value } };
  expect(readTektonConfig(data['config-defaults'], data['feature-flags'])).toEqual({
    config: DEFAULT_CONFIG,
    problems: [{ configMap, key, value, expected }],
  });
});

test('YAML that cannot be parsed is reported with the reason', () => {
  const { problems } = readTektonConfig({ 'default-pod-template': 'a: [' }, {});
  expect(problems[0]?.expected).toMatch(/^YAML; Flow sequence/);
});

const config = readTektonConfig(
  {
    'default-service-account': 'builder',
    'default-resolver-type': 'git',
    'default-managed-by-label-value': 'me',
    'default-pod-template':
      'nodeSelector: {disk: ssd}\nschedulerName: own\nenv: [{name: A, value: "1"}, {name: B, value: "2"}]\n',
  },
  {},
).config;

test('a TaskRun gets the account, resolver, label and pod template of the cluster', () => {
  const run = {
    apiVersion: 'tekton.dev/v1',
    kind: 'TaskRun',
    metadata: { name: 'x', labels: { team: 'a' } },
    spec: { taskRef: { params: [] }, podTemplate: { schedulerName: 'mine', env: [{ name: 'A', value: '3' }] } },
  };
  expect(applyDefaults(run, { config })).toEqual({
    ...run,
    metadata: { name: 'x', labels: { 'app.kubernetes.io/managed-by': 'me', team: 'a' } },
    spec: {
      taskRef: { params: [], resolver: 'git' },
      serviceAccountName: 'builder',
      timeout: '1h0m0s',
      podTemplate: {
        nodeSelector: { disk: 'ssd' },
        schedulerName: 'mine',
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '3' },
        ],
      },
    },
  });
});

test('a PipelineRun gets them in its taskRunTemplate', () => {
  const run = { apiVersion: 'tekton.dev/v1', kind: 'PipelineRun', metadata: { name: 'x' }, spec: { pipelineRef: {} } };
  expect(applyDefaults(run, { config }).spec).toEqual({
    pipelineRef: { resolver: 'git' },
    taskRunTemplate: {
      serviceAccountName: 'builder',
      podTemplate: {
        nodeSelector: { disk: 'ssd' },
        schedulerName: 'own',
        env: [
          { name: 'A', value: '1' },
          { name: 'B', value: '2' },
        ],
      },
    },
    timeouts: { pipeline: '1h0m0s' },
  });
});
