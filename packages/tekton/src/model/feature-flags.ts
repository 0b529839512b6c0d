/** The settings of a cluster as the statuses of runs of tekton.dev/v1 record them in their provenance. */

import type { AdditionalFields } from './kubernetes.js';
import type { TektonConfig } from './config.js';

/** Returns the settings under Tekton's names. Those that are off are left out, as Tekton does. */
export function featureFlagsOf(config: TektonConfig): AdditionalFields {
  const flags = {
    awaitSidecarReadiness: config.awaitSidecarReadiness,
    coschedule: config.coschedule,
    disableCredsInit: config.disableCredsInit,
    enableAPIFields: config.enableApiFields,
    enableArtifacts: config.enableArtifacts,
    enableCELInWhenExpression: config.enableCelInWhenExpression,
    enableConciseResolverSyntax: config.enableConciseResolverSyntax,
    enableKeepPodOnCancel: config.keepPodOnCancel,
    enableKubernetesSidecar: config.enableKubernetesSidecar,
    enableParamEnum: config.enableParamEnum,
    enableProvenanceInStatus: config.enableProvenanceInStatus,
    enableWaitExponentialBackoff: config.enableWaitExponentialBackoff,
    enforceNonfalsifiability: config.enforceNonfalsifiability,
    disableInlineSpec: config.disableInlineSpec.join(','),
    maxResultSize: config.maxResultSize,
    requireGitSSHSecretKnownHosts: config.requireGitSshSecretKnownHosts,
    resultExtractionMethod: config.resultsFrom,
    runningInEnvWithInjectedSidecars: config.runningInEnvironmentWithInjectedSidecars,
    sendCloudEventsForRuns: config.sendCloudEventsForRuns,
    setSecurityContext: config.setSecurityContext,
    verificationNoMatchPolicy: config.verificationNoMatchPolicy,
  };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== false && value !== ''));
}
