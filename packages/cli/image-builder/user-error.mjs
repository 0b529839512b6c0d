/** Errors that the user can fix; all others are defects and are printed with their stack. */

/** An error that the user can fix. */
export class UserError extends Error {
  /**
   * Returns the error's message for a program that the stand-in replaces.
   *
   * @param {Program} _program
   */
  messageFor(_program) {
    return this.message;
  }
}

/**
 * A program that is replaced by a stand-in.
 *
 * @typedef {{ name: string, image: string }} Program
 */

/** @type {Program} */
export const KANIKO = { name: 'Kaniko', image: 'gcr.io/kaniko-project/executor' };

/** @type {Program} */
export const BUILDAH = { name: 'Buildah', image: 'quay.io/buildah/stable' };

/** The supported instructions. */
export const INSTRUCTIONS =
  'FROM ARG COPY ADD LABEL ENV CMD ENTRYPOINT EXPOSE WORKDIR USER VOLUME STOPSIGNAL MAINTAINER'.split(' ');

/** A feature of the real program that its stand-in does not support. The message explains how to use the real one. */
class Unsupported extends UserError {
  /**
   * @override
   * @param {Program} program
   */
  messageFor({ name, image }) {
    return (
      `${this.message}: not supported by this stand-in for ${name}.\n` +
      `It builds one stage FROM scratch with ${INSTRUCTIONS.slice(1).join(', ')}; it does not run commands or pull base images.\n` +
      `To build with the real ${name}, save its image (skopeo copy docker://${image} docker-archive:builder.tar) ` +
      `and run with --image ${image}=docker-archive:builder.tar, or build in a cluster.`
    );
  }
}

/** Returns an error for a feature that is not supported. */
export const unsupported = (/** @type {string} */ feature) => new Unsupported(feature);
