/**
 * The one seam between this project and a Kubernetes API.
 *
 * A Web-standard Request goes in, a Response comes out. A real cluster answers over TLS (`kubeconfigSend`), an embedded one
 * answers in process, and a test answers with a function: nobody else has to know which.
 */

/**
 * Asks an API server. The URL's origin is ignored by servers in the same process (`http://kubernetes` by custom).
 * Rejects only when there is no answer at all; a refusal is a Response.
 */
export type Send = (request: Request) => Promise<Response>;

/** The origin that `KubeClient` writes into its requests; whoever sends them puts the real one there. */
export const ORIGIN = 'http://kubernetes';
