/** Errors that the user can fix; everything else is a defect and keeps its stack. */

/** An error that the user can fix. */
export class Mistake extends Error {
  /**
   * Returns the error's text in the words of the program that this one stands in for.
   *
   * @param {Program} _program
   */
  textFor(_program) {
    return this.message;
  }
}

/**
 * A program that has a stand-in here.
 *
 * @typedef {{ name: string, image: string }} Program
 */

/** @type {Program} */
export const KANIKO = { name: 'Kaniko', image: 'gcr.io/kaniko-project/executor' };

/** @type {Program} */
export const BUILDAH = { name: 'Buildah', image: 'quay.io/buildah/stable' };

/** The supported instructions. */
export const KNOWN =
  'FROM ARG COPY ADD LABEL ENV CMD ENTRYPOINT EXPOSE WORKDIR USER VOLUME STOPSIGNAL MAINTAINER'.split(' ');

/** A feature of the real program that its stand-in lacks. The text says how to use the real one. */
class Unsupported extends Mistake {
  /**
   * @override
   * @param {Program} program
   */
  textFor({ name, image }) {
    return (
      `${this.message}: this stand-in for ${name} does not do that.\n` +
      `It builds one stage FROM scratch with ${KNOWN.slice(1).join(', ')}; it runs no command and pulls no base image.\n` +
      `To build with the real ${name}, save its image (skopeo copy docker://${image} docker-archive:builder.tar) ` +
      `and run with --image ${image}=docker-archive:builder.tar, or build in a cluster.`
    );
  }
}

/** Returns an error for a feature that is not supported. */
export const beyond = (/** @type {string} */ what) => new Unsupported(what);
