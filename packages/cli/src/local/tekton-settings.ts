/**
 * The settings of Tekton in the embedded cluster, from its ConfigMaps.
 *
 * Admission is synchronous and needs the settings at each write, so they are parsed once for each state of the ConfigMaps.
 */

import type { AdmissionRequest } from '@pipewright/cluster';
import { DEFAULT_CONFIG, readTektonConfig, type ClusterSettings, type ConfigMapData } from '@pipewright/tekton';

/** Where the ConfigMaps are looked up; the first namespace that has one counts. */
const NAMESPACES = ['pipewright', 'tekton-pipelines'];

type ConfigMap = ReturnType<AdmissionRequest['findCore']>;

/** Returns the settings as the ConfigMaps are now. */
export type ReadSettings = (findCore: AdmissionRequest['findCore']) => ClusterSettings;

/** Creates a reader of the settings. CEL, which takes long to load, is loaded when the settings first enable it. */
export function newSettingsReader(): ReadSettings {
  let last: { readonly maps: readonly ConfigMap[]; readonly config: ClusterSettings['config'] } | undefined;
  let celCompileError: ClusterSettings['celCompileError'];
  let isLoading = false;
  return (findCore) => {
    const maps = ['config-defaults', 'feature-flags'].map((name) => findConfigMap(findCore, name));
    if (!last || last.maps.some((map, index) => map !== maps[index])) {
      const [defaults, flags] = maps.map(dataOf);
      last = { maps, config: readTektonConfig(defaults ?? {}, flags ?? {}).config };
    }
    const { config = DEFAULT_CONFIG } = last;
    if (config.enableCelInWhenExpression && !isLoading) {
      isLoading = true; // until it is loaded, expressions are first checked when they are evaluated
      void import('@pipewright/tekton/cel').then((cel) => (celCompileError = cel.celCompileError));
    }
    return { config, celCompileError };
  };
}

const findConfigMap = (findCore: AdmissionRequest['findCore'], name: string): ConfigMap =>
  NAMESPACES.map((namespace) => findCore('configmaps', namespace, name)).find((found) => found !== undefined);

function dataOf(map: ConfigMap): ConfigMapData {
  const data: unknown = map?.['data'];
  return typeof data === 'object' && data !== null ? (data as ConfigMapData) : {}; // the API server has checked it
}
