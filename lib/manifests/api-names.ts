/**
 * Names of Kubernetes' fields that TypeScript users spell in another way.
 *
 * The types of cdk8s-plus are generated with camel-cased names (`downwardApi`), and what converts them to the API's (`downwardAPI`)
 * knows nothing of references and drops what it does not know. These are all the differences in what a task, a run or a grant may
 * hold; a test reads cdk8s-plus and says when one is missing.
 */

/** The API's name, by that of cdk8s-plus, where they differ. */
const API_NAMES: ReadonlyMap<string, string> = new Map([
  ['datasetUuid', 'datasetUUID'],
  ['diskUri', 'diskURI'],
  ['downwardApi', 'downwardAPI'],
  ['hostIp', 'hostIP'],
  ['nonResourceUrLs', 'nonResourceURLs'],
  ['pdId', 'pdID'],
  ['scaleIo', 'scaleIO'],
  ['storagePolicyId', 'storagePolicyID'],
  ['targetWwNs', 'targetWWNs'],
  ['volumeId', 'volumeID'],
]);

/** Fields whose own keys are the user's words. */
const FREE_FORM: ReadonlySet<string> = new Set([
  'annotations',
  'labels',
  'limits',
  'matchLabels',
  'nodeSelector',
  'options',
  'requests',
  'volumeAttributes',
]);

/** What the API calls a field. */
export const apiName = (field: string): string => API_NAMES.get(field) ?? field;

/** Whether the keys below a field are no fields of the API's. */
export const isFreeForm = (field: string): boolean => FREE_FORM.has(field);
