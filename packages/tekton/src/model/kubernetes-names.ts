/** The forms of names and label values that Kubernetes accepts. */

/** Longest DNS label and longest value of a label, in characters. */
export const LABEL_LIMIT = 63;

/** Whether `name` is a DNS label (RFC 1123): up to 63 of a-z, 0-9 and `-`, neither first nor last a dash. */
export function isDnsLabel(name: string): boolean {
  return name.length <= LABEL_LIMIT && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(name);
}

/** Whether `name` is dot-separated DNS labels of up to 253 characters together, as most Kubernetes names are. */
export function isDnsSubdomain(name: string): boolean {
  return (
    name.length > 0 &&
    name.length <= 253 &&
    name.split('.').every((part) => /^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/.test(part))
  );
}

/** Whether `text` may be a label's value: up to 63 of letters, digits, `-`, `_` and `.`, the first and last a letter or digit; or empty. */
export function isLabelValue(text: string): boolean {
  return text.length <= LABEL_LIMIT && /^([A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?)?$/.test(text);
}
