/**
 * Kubernetes field names that cdk8s-plus spells differently.
 *
 * The types of cdk8s-plus are generated with camel-cased names (`downwardApi`), and its conversion to the API's names (`downwardAPI`)
 * does not support references and drops unknown fields. This table has all differences in the fields of tasks, runs and grants; a test
 * compares it with cdk8s-plus.
 */

/** The API's name of each field that has another name in cdk8s-plus. */
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

/** Fields whose keys are chosen by the user. */
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

/** Returns the API's name of a field. */
export const apiName = (field: string): string => API_NAMES.get(field) ?? field;

/** Whether the keys below a field are chosen by the user. */
export const isFreeForm = (field: string): boolean => FREE_FORM.has(field);
