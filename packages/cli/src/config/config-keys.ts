/**
 * The keys of `pipewright.yaml`, for the reader and for the command reference.
 */

/** One key. */
export interface ConfigKey {
  /** The form of the value, for readers. */
  readonly type: string;
  /** The effect of leaving the key out. `required` if it cannot be left out. */
  readonly default: string;
  readonly description: string;
}

/** The keys of each object, by the object's path; `NAME` stands for a name that the user chooses. */
export const CONFIG_KEYS = {
  '': {
    images: {
      type: 'object: an image name to a stand-in',
      default: 'no stand-ins',
      description:
        'Stand-ins for images. A name without a tag matches every tag and digest of the image. The short form is text, with the values of `rootfs`.',
    },
    resources: {
      type: 'object: a PipelineResource name to a stand-in',
      default: 'no stand-ins',
      description: 'Stand-ins for PipelineResources. Each has either `directory` or `registry`.',
    },
    node: {
      type: 'object',
      default: 'a node without additional labels and resources',
      description: 'The node of the embedded cluster, for pods with a nodeSelector or extended resources.',
    },
  },
  'images.NAME': {
    rootfs: {
      type: '`host`, a directory, a saved image or a builtin builder',
      default: '`host`',
      description:
        'The root filesystem. `host`: that of this machine, read-only. Saved images: `docker-archive:FILE`, `oci-archive:FILE` or `oci:DIR`, with `:TAG` if the archive contains several. Builders for Dockerfiles FROM scratch: `builtin:kaniko`, `builtin:buildah`.',
    },
    overlay: {
      type: 'a directory',
      default: 'no overlay',
      description: 'A directory whose files are added to the root filesystem, or replace files of it.',
    },
    entrypoint: {
      type: 'a list of strings',
      default: 'the entrypoint of a saved image, else none',
      description: 'The command of a step that has neither `command` nor `script`.',
    },
    cmd: {
      type: 'a list of strings',
      default: 'the arguments of a saved image, else none',
      description: 'Arguments of the entrypoint, or the whole command without one. The `args` of a step replace them.',
    },
  },
  'resources.NAME': {
    directory: {
      type: 'a directory',
      default: 'required, unless `registry` is set',
      description:
        'For git: the directory is served as the repository, including uncommitted changes. For storage: the directory is the bucket.',
    },
    registry: {
      type: '`local`',
      default: 'required, unless `directory` is set',
      description: "For image: the embedded cluster's registry replaces the registry of the image.",
    },
  },
  node: {
    labels: {
      type: 'object: a label to its value',
      default: 'no additional labels',
      description: 'Labels of the node.',
    },
    resources: {
      type: 'object: a resource name to an amount',
      default: 'no additional resources',
      description: 'Extended resources of the node, such as `nvidia.com/gpu: 1`.',
    },
  },
} satisfies Readonly<Record<string, Readonly<Record<string, ConfigKey>>>>;

/** The names of the keys of one object. */
export const keysOf = (path: keyof typeof CONFIG_KEYS): readonly string[] => Object.keys(CONFIG_KEYS[path]);
