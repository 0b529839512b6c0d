/**
 * Kubernetes' rule for qualified names, in the words of Kubernetes.
 *
 * Tekton's webhook applies it to the names of pipeline tasks.
 */

const NAME_PART =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

/** Returns Kubernetes' message about an invalid qualified name; undefined if the name is valid. */
export function invalidQualifiedNameMessage(name: string): string | undefined {
  const faults = [
    ...(name === '' ? ['name part must be non-empty'] : []),
    ...(name.length > 63 ? ['name part must be no more than 63 characters'] : []),
    ...(/^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/.test(name) ? [] : [NAME_PART]),
  ];
  return faults.length === 0 ? undefined : faults.join(',');
}
