/**
 * Translates manifests to a program of constructs that synthesizes the same objects.
 *
 *     objects ──▶ dependency order ──▶ a construct for each, or else carried over unchanged ──▶ one class
 *
 * "The same" means that the API server stores equal objects: Tekton's explicit defaults may be omitted. An object with
 * errors is carried over too, with the errors in a comment above it, so that no object is lost.
 */

import type {
  ConditionSpec,
  PipelineResourceSpec,
  PipelineRunSpec,
  PipelineSpec,
  TaskRunSpec,
  TaskSpec,
} from '@pipewright/tekton';
import type { Finding } from '../diagnostics/finding.js';
import { objectAt, textAt, type JsonObject } from '../json.js';
import { UNRESOLVED_REFERENCES } from '../lint/reference-codes.js';
import type { Manifest } from '../manifests/load.js';
import { accountCode, plaintextCode } from './account-code.js';
import { objectLiteral, stringLiteral, type Code, type Item } from './code.js';
import { commentsAbove } from './comments.js';
import { identityOf, ImportedObjects, type ImportedObject } from './imported-objects.js';
import { isTypedMetadata } from './metadata.js';
import { NotExpressible, requireOnlyFields } from './not-expressible.js';
import { pipelineCode, pipelineSignature } from './pipeline-code.js';
import { Program, type ProgramOptions } from './program.js';
import { resourceCode } from './resource-code.js';
import { pipelineRunCode, taskRunCode } from './run-code.js';
import type { SignatureModel } from './signature.js';
import { conditionCode, conditionSignature, taskCode, taskSignature, type Comments } from './task-code.js';
import { jsonLiteral, mapFields } from './values.js';

/** A manifest with its errors from `lint`. */
export interface CheckedManifest {
  readonly manifest: Manifest;
  readonly errors: readonly Finding[];
}

/** A program, and the objects that were carried over. */
export interface Translation {
  readonly text: string;
  readonly carried: readonly { readonly what: string; readonly why: string; readonly manifest: Manifest }[];
}

/** Creation order of the kinds; unlisted kinds come between the resources and the tasks. */
const RANKS: readonly string[] = [
  'Secret',
  'ServiceAccount',
  'PipelineResource',
  '',
  'Condition',
  'ClusterTask',
  'Task',
  'Pipeline',
  'TaskRun',
  'PipelineRun',
];

/** Errors that do not prevent an object from being written with a construct; synth reports the last two again. */
const TOLERATED: ReadonlySet<string> = new Set([...UNRESOLVED_REFERENCES, 'IMAGE_INVALID', 'VARIABLE_UNKNOWN']);

const PLAINTEXT =
  ' Its values are in plain text. GitCredentials.fromSecret and DockerCredentials.fromSecret refer to one in the cluster.';

/** Generates the program. */
export function translate(manifests: readonly CheckedManifest[], options: ProgramOptions): Translation {
  const program = new Program(options);
  const rank = ({ manifest }: CheckedManifest): number => {
    const at = RANKS.indexOf(identityOf(manifest.object).kind);
    return at < 0 ? RANKS.indexOf('') : at;
  };
  const ordered = manifests.toSorted((a, b) => rank(a) - rank(b));
  const subjects = ordered.map(({ manifest, errors }) => subjectOf(manifest, errors, program));
  const known = new ImportedObjects(program, subjects);
  const carried: { what: string; why: string; manifest: Manifest }[] = [];
  for (const [index, { manifest, errors }] of ordered.entries()) {
    const subject = subjects[index];
    if (!subject) continue;
    const id = program.id(subject.name, subject.kind);
    const reasons = translateOne(subject, id, { program, known, manifest, errors });
    const secret = subject.kind === 'Secret' && !subject.isConstruct ? [PLAINTEXT] : [];
    const reasonComments = reasons.map((reason) => ` Carried over unchanged: ${reason}.`);
    const comment = [...commentsAbove(manifest, []), ...reasonComments, ...secret];
    if (comment.length > 0) subject.declared.comment = comment;
    if (reasons.length > 0)
      carried.push({ what: `${subject.kind} ${subject.name}`, why: reasons.join('; '), manifest });
  }
  return { text: program.text(), carried };
}

function subjectOf({ object }: Manifest, errors: readonly Finding[], program: Program): ImportedObject {
  const identity = identityOf(object);
  const isTranslatable = errors.every(({ code }) => TOLERATED.has(code));
  const type =
    identity.kind === 'PipelineResource' && isTranslatable ? specOf<PipelineResourceSpec>(object).type : undefined;
  return {
    object,
    ...identity,
    declared: program.declare(identity.name, identity.kind),
    signature: isTranslatable ? signatureOf(identity.kind, object) : undefined,
    type,
    isConstruct: false,
  };
}

/** Returns the spec of an object whose shape `checkObjects` has validated. */
const specOf = <T>(object: JsonObject): T => objectAt(object, 'spec') as unknown as T;

function signatureOf(kind: string, object: JsonObject): SignatureModel | undefined {
  try {
    if (kind === 'Task' || kind === 'ClusterTask') return taskSignature(specOf<TaskSpec>(object));
    if (kind === 'Condition') return conditionSignature(specOf<ConditionSpec>(object));
    return kind === 'Pipeline' ? pipelineSignature(specOf<PipelineSpec>(object)) : undefined;
  } catch (cause) {
    if (cause instanceof NotExpressible) return undefined;
    throw cause;
  }
}

interface ObjectContext {
  readonly program: Program;
  readonly known: ImportedObjects;
  readonly manifest: Manifest;
  readonly errors: readonly Finding[];
}

/** Sets the code of an object. @returns why it has no construct; empty if it has one */
function translateOne(subject: ImportedObject, id: string, context: ObjectContext): readonly string[] {
  const errors = context.errors.filter(({ code }) => !TOLERATED.has(code));
  if (errors.length === 0) {
    try {
      const { construct, props, call = `new ${construct}` } = context.program.attempt(() => propsOf(subject, context));
      context.program.construct(construct);
      subject.declared.code = [
        `${call}(this, ${stringLiteral(id)}, `,
        objectLiteral({ ...metadataOf(subject), ...props }),
        ')',
      ];
      subject.isConstruct = true;
      return [];
    } catch (cause) {
      if (!(cause instanceof NotExpressible)) throw cause;
      subject.declared.code = unchangedCode(subject.object, id, context.program, subject);
      return [cause.message];
    }
  }
  subject.declared.code = unchangedCode(subject.object, id, context.program, subject);
  return errors.map(({ message, hint, code }) => `${message} (${hint}) [${code}]`.replace(/\s+/g, ' '));
}

interface Construction {
  readonly construct: string;
  /** @default - `new` and the name of the construct */
  readonly call?: string;
  readonly props: Readonly<Record<string, Code | Item | undefined>>;
}

const NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;

/** Returns the construct for an object, and its props except `metadata`. */
function propsOf(subject: ImportedObject, { program, known, manifest }: ObjectContext): Construction {
  const { object, kind } = subject;
  const comments: Comments =
    (...path) =>
    (index) =>
      nonEmpty(commentsAbove(manifest, ['spec', ...path, index]));
  const context = { program, known, subject };
  if (kind === 'ServiceAccount' && textAt(object, 'apiVersion') === 'v1') {
    requireConstructName(object, false);
    return { construct: 'PipelineServiceAccount', props: accountCode(object, program, known, subject) };
  }
  if (kind === 'Secret' && textAt(object, 'apiVersion') === 'v1') {
    requireConstructName(object, false);
    return { construct: 'GitCredentials', call: 'GitCredentials.unsafePlaintext', props: plaintextCode(object) };
  }
  requireTranslatable(textAt(object, 'apiVersion'));
  requireOnlyFields(object, ['apiVersion', 'kind', 'metadata', 'spec'], 'an object');
  if (!isTypedMetadata(object['metadata'] ?? {})) throw new NotExpressible('its metadata have invalid types');
  requireConstructName(object, kind === 'TaskRun' || kind === 'PipelineRun');
  switch (kind) {
    case 'Task':
    case 'ClusterTask':
      return { construct: kind, props: taskCode(specOf<TaskSpec>(object), program.imports, comments) };
    case 'Condition':
      return { construct: kind, props: conditionCode(specOf<ConditionSpec>(object), program.imports, comments) };
    case 'Pipeline':
      return { construct: kind, props: pipelineCode(specOf<PipelineSpec>(object), context, comments) };
    case 'TaskRun':
      return { construct: kind, props: taskRunCode(specOf<TaskRunSpec>(object), context, comments) };
    case 'PipelineRun':
      return { construct: kind, props: pipelineRunCode(specOf<PipelineRunSpec>(object), context, comments) };
    case 'PipelineResource':
      return resourceCode(specOf<PipelineResourceSpec>(object));
    default:
      throw new NotExpressible('no construct generates this kind');
  }
}

/** Throws if no construct generates objects of an API version. */
function requireTranslatable(apiVersion = ''): void {
  if (apiVersion === 'tekton.dev/v1alpha1') return;
  if (!apiVersion.startsWith('tekton.dev/')) throw new NotExpressible('no construct generates this kind');
  throw new NotExpressible(
    `import translates objects of tekton.dev/v1alpha1; those of ${apiVersion} can be checked (pipewright lint), but not translated yet`,
  );
}

const nonEmpty = (lines: readonly string[]): readonly string[] | undefined => (lines.length > 0 ? lines : undefined);

/**
 * Throws `NotExpressible` for names that constructs reject: they must be DNS labels, and only runs may have a
 * generateName.
 */
function requireConstructName(object: JsonObject, isRun: boolean): void {
  const name = textAt(object, 'metadata', 'name');
  const prefix = textAt(object, 'metadata', 'generateName');
  if (name !== undefined && (!NAME.test(name) || name.length > 63))
    throw new NotExpressible(`"${name}" is not a valid construct name`);
  if (name === undefined && (prefix === undefined || !isRun)) throw new NotExpressible('it has no name');
  if (prefix === undefined) return;
  if (name !== undefined) throw new NotExpressible('it has a name and a generateName');
  const stem = prefix.replace(/-+$/, '');
  if (!NAME.test(stem) || stem.length > 58)
    throw new NotExpressible(`"${prefix}" is not a valid generateName for a construct`);
}

/** Returns `metadata` without the parts that the construct has separate props for. */
function metadataOf({ object, kind }: ImportedObject): Record<string, Code> {
  const { generateName: _, annotations, ...rest } = objectAt(object, 'metadata');
  const own = kind === 'Secret' ? {} : { annotations }; // the construct writes the server's annotation
  const metadata = objectLiteral(mapFields({ ...rest, ...own }, jsonLiteral));
  return metadata.items.length > 0 ? { metadata } : {};
}

/** Returns the code of an object that is carried over unchanged. */
function unchangedCode(object: JsonObject, id: string, program: Program, { declared }: ImportedObject): Code {
  program.imports.add('cdk8s', 'ApiObject');
  const { metadata, ...others } = object;
  const isTyped = metadata === undefined || isTypedMetadata(metadata);
  const construction: Code = [
    `new ApiObject(this, ${stringLiteral(id)}, `,
    objectLiteral(mapFields(isTyped ? object : others, jsonLiteral)),
    ')',
  ];
  if (isTyped && textAt(object, 'metadata', 'name') !== undefined) return construction;
  program.imports.add('cdk8s', 'JsonPatch');
  declared.isReferenced = false; // cdk8s adds a generated name next to a generateName
  const patch: Code = isTyped
    ? `JsonPatch.remove('/metadata/name')`
    : [`JsonPatch.replace('/metadata', `, jsonLiteral(metadata), ')'];
  return [construction, `.addJsonPatch(`, patch, ')'];
}
