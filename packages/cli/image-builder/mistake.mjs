/** What the user can put right; everything else is a defect and keeps its stack. */
export class Mistake extends Error {}

const KANIKO = { name: 'Kaniko', image: 'gcr.io/kaniko-project/executor' };
const BUILDAH = { name: 'Buildah', image: 'quay.io/buildah/stable' };

let standsFor = KANIKO;

/** Says which program this one stands in for. */
export function standInForBuildah() {
  standsFor = BUILDAH;
}

/** The instructions that are carried out. */
export const KNOWN =
  'FROM ARG COPY ADD LABEL ENV CMD ENTRYPOINT EXPOSE WORKDIR USER VOLUME STOPSIGNAL MAINTAINER'.split(' ');

/** A refusal of what the real program does and this one does not, with the way to the real one. */
export const beyond = (what) =>
  new Mistake(
    `${what}: this stand-in for ${standsFor.name} does not do that.\n` +
      `It builds one stage FROM scratch with ${KNOWN.slice(1).join(', ')}; it runs no command and pulls no base image.\n` +
      `To build with the real ${standsFor.name}, save its image (skopeo copy docker://${standsFor.image} docker-archive:builder.tar) ` +
      `and run with --image ${standsFor.image}=docker-archive:builder.tar, or build in a cluster.`,
  );
