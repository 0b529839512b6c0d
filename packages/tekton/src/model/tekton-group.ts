/** The API group that all versions share. */

/** The API group of every kind of Tekton. */
export const TEKTON_GROUP = 'tekton.dev';
