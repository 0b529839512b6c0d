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
import { fields, text, type Code, type Item } from './code.js';
import { commentsAbove } from './comments.js';
import { identityOf, ImportedObjects, type ImportedObject } from './imported-objects.js';
import { isTypedMetadata } from './metadata.js';
import { NotExpressible, onlyFields } from './not-expressible.js';
import { pipelineCode, pipelineSignature } from './pipeline-code.js';
import { Program, type ProgramOptions } from './program.js';
import { resourceCode } from './resource-code.js';
import { pipelineRunCode, taskRunCode } from './run-code.js';
import type { SignatureModel } from './signature.js';
import { conditionCode, conditionSignature, taskCode, taskSignature, type Comments } from './task-code.js';
import { literal, record } from './values.js';

/** A manifest with its errors from `lint`. */
export interface Given {
  readonly manifest: Manifest;
  readonly errors: readonly Finding[];
}

/** A program, and the objects that were carried over. */
export interface Translated {
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
const BEARABLE: ReadonlySet<string> = new Set([...UNRESOLVED_REFERENCES, 'IMAGE_INVALID', 'VARIABLE_UNKNOWN']);

const PLAINTEXT =
  ' Its values stand here in plain text. GitCredentials.fromSecret and DockerCredentials.fromSecret refer to one in the cluster.';

/** Generates the program. */
export function translate(given: readonly Given[], options: ProgramOptions): Translated {
  const program = new Program(options);
  const rank = ({ manifest }: Given): number => {
    const at = RANKS.indexOf(identityOf(manifest.object).kind);
    return at < 0 ? RANKS.indexOf('') : at;
  };
  const ordered = given.toSorted((a, b) => rank(a) - rank(b));
  const subjects = ordered.map(({ manifest, errors }) => subjectOf(manifest, errors, program));
  const known = new ImportedObjects(program, subjects);
  const carried: { what: string; why: string; manifest: Manifest }[] = [];
  for (const [index, { manifest, errors }] of ordered.entries()) {
    const subject = subjects[index];
    if (!subject) continue;
    const id = program.id(subject.name, subject.kind);
    const reasons = translateOne(subject, id, { program, known, manifest, errors });
    const secret = subject.kind === 'Secret' && !subject.isConstruct ? [PLAINTEXT] : [];
    const said = reasons.map((reason) => ` Carried over as it is: ${reason}.`);
    const comment = [...commentsAbove(manifest, []), ...said, ...secret];
    if (comment.length > 0) subject.declared.comment = comment;
    if (reasons.length > 0)
      carried.push({ what: `${subject.kind} ${subject.name}`, why: reasons.join('; '), manifest });
  }
  return { text: program.text(), carried };
}

function subjectOf({ object }: Manifest, errors: readonly Finding[], program: Program): ImportedObject {
  const identity = identityOf(object);
  const fit = errors.every(({ code }) => BEARABLE.has(code));
  const type = identity.kind === 'PipelineResource' && fit ? specOf<PipelineResourceSpec>(object).type : undefined;
  return {
    object,
    ...identity,
    declared: program.declare(identity.name, identity.kind),
    signature: fit ? signatureOf(identity.kind, object) : undefined,
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

interface Around {
  readonly program: Program;
  readonly known: ImportedObjects;
  readonly manifest: Manifest;
  readonly errors: readonly Finding[];
}

/** Sets the code of an object. @returns why it has no construct; empty if it has one */
function translateOne(subject: ImportedObject, id: string, around: Around): readonly string[] {
  const errors = around.errors.filter(({ code }) => !BEARABLE.has(code));
  if (errors.length === 0) {
    try {
      const { construct, props, call = `new ${construct}` } = around.program.attempt(() => propsOf(subject, around));
      around.program.construct(construct);
      subject.declared.code = [`${call}(this, ${text(id)}, `, fields({ ...metadataOf(subject), ...props }), ')'];
      subject.isConstruct = true;
      return [];
    } catch (cause) {
      if (!(cause instanceof NotExpressible)) throw cause;
      subject.declared.code = carriedCode(subject.object, id, around.program, subject);
      return [cause.message];
    }
  }
  subject.declared.code = carriedCode(subject.object, id, around.program, subject);
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
function propsOf(subject: ImportedObject, { program, known, manifest }: Around): Construction {
  const { object, kind } = subject;
  const comments: Comments =
    (...path) =>
    (index) =>
      some(commentsAbove(manifest, ['spec', ...path, index]));
  const around = { program, known, subject };
  if (kind === 'ServiceAccount' && textAt(object, 'apiVersion') === 'v1') {
    refuseOddMetadata(object, false);
    return { construct: 'PipelineServiceAccount', props: accountCode(object, program, known, subject) };
  }
  if (kind === 'Secret' && textAt(object, 'apiVersion') === 'v1') {
    refuseOddMetadata(object, false);
    return { construct: 'GitCredentials', call: 'GitCredentials.unsafePlaintext', props: plaintextCode(object) };
  }
  if (textAt(object, 'apiVersion') !== 'tekton.dev/v1alpha1')
    throw new NotExpressible('there is no construct for this kind');
  onlyFields(object, ['apiVersion', 'kind', 'metadata', 'spec'], 'an object');
  if (!isTypedMetadata(object['metadata'] ?? {}))
    throw new NotExpressible('its metadata are not of the types they must be of');
  refuseOddMetadata(object, kind === 'TaskRun' || kind === 'PipelineRun');
  switch (kind) {
    case 'Task':
    case 'ClusterTask':
      return { construct: kind, props: taskCode(specOf<TaskSpec>(object), program.imports, comments) };
    case 'Condition':
      return { construct: kind, props: conditionCode(specOf<ConditionSpec>(object), program.imports, comments) };
    case 'Pipeline':
      return { construct: kind, props: pipelineCode(specOf<PipelineSpec>(object), around, comments) };
    case 'TaskRun':
      return { construct: kind, props: taskRunCode(specOf<TaskRunSpec>(object), around, comments) };
    case 'PipelineRun':
      return { construct: kind, props: pipelineRunCode(specOf<PipelineRunSpec>(object), around, comments) };
    case 'PipelineResource':
      return resourceCode(specOf<PipelineResourceSpec>(object));
    default:
      throw new NotExpressible('there is no construct for this kind');
  }
}

const some = (lines: readonly string[]): readonly string[] | undefined => (lines.length > 0 ? lines : undefined);

/**
 * Throws `NotExpressible` for names that constructs reject: they must be DNS labels, and only runs may have a
 * generateName.
 */
function refuseOddMetadata(object: JsonObject, isRun: boolean): void {
  const name = textAt(object, 'metadata', 'name');
  const prefix = textAt(object, 'metadata', 'generateName');
  if (name !== undefined && (!NAME.test(name) || name.length > 63))
    throw new NotExpressible(`"${name}" is no name for a construct`);
  if (name === undefined && (prefix === undefined || !isRun)) throw new NotExpressible('it has no name');
  if (prefix === undefined) return;
  if (name !== undefined) throw new NotExpressible('it has a name and a generateName');
  const stem = prefix.replace(/-+$/, '');
  if (!NAME.test(stem) || stem.length > 58) throw new NotExpressible(`"${prefix}" is no generateName for a construct`);
}

/** Returns `metadata` without the parts that the construct has separate props for. */
function metadataOf({ object, kind }: ImportedObject): Record<string, Code> {
  const { generateName: _, annotations, ...rest } = objectAt(object, 'metadata');
  const own = kind === 'Secret' ? {} : { annotations }; // the construct writes the server's annotation
  const metadata = fields(record({ ...rest, ...own }, literal));
  return metadata.items.length > 0 ? { metadata } : {};
}

/** Returns the code of an object that is carried over unchanged. */
function carriedCode(object: JsonObject, id: string, program: Program, { declared }: ImportedObject): Code {
  program.imports.add('cdk8s', 'ApiObject');
  const { metadata, ...others } = object;
  const typed = metadata === undefined || isTypedMetadata(metadata);
  const made: Code = [`new ApiObject(this, ${text(id)}, `, fields(record(typed ? object : others, literal)), ')'];
  if (typed && textAt(object, 'metadata', 'name') !== undefined) return made;
  program.imports.add('cdk8s', 'JsonPatch');
  declared.mentioned = false; // cdk8s adds a generated name next to a generateName
  const patch: Code = typed
    ? `JsonPatch.remove('/metadata/name')`
    : [`JsonPatch.replace('/metadata', `, literal(metadata), ')'];
  return [made, `.addJsonPatch(`, patch, ')'];
}
