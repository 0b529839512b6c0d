/**
 * What the translated objects mention of each other: constants where there is a construct, references by name where not.
 *
 * A reference to something that is carried over as it is, or that is not in the files at all, becomes `fromName` with the
 * signature of its definition, or else one inferred from its use.
 */

import type { ResourceType } from '@pipewright/tekton';
import type { JsonObject } from '../json.js';
import { textAt } from '../json.js';
import { isEmpty, text, type Block, type Code } from './code.js';
import type { Declared, Program } from './program.js';
import { signatureCode, type SignatureModel } from './signature.js';

/** One object on its way into a program. */
export interface ImportedObject {
  readonly object: JsonObject;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly declared: Declared;
  /** What it declares; absent where that cannot be read. */
  readonly signature?: SignatureModel | undefined;
  /** For a PipelineResource. */
  readonly type?: ResourceType | undefined;
  /** Whether a construct makes it, so that a constant holds it. Known once it is translated. */
  isConstruct: boolean;
}

/** All subjects, and what must be declared for those that live elsewhere. */
export class ImportedObjects {
  readonly #subjects: ReadonlyMap<string, ImportedObject>;
  readonly #program: Program;
  readonly #elsewhere = new Map<string, Declared>();

  constructor(program: Program, subjects: readonly ImportedObject[]) {
    this.#program = program;
    this.#subjects = new Map(subjects.map((it) => [keyOf(it.kind, it.namespace, it.name), it]));
  }

  /** The constant of a subject, which is declared from now on. */
  mention(subject: ImportedObject): string {
    return this.#program.mention(subject.declared);
  }

  /** An object of the files, if it is there. */
  find(kind: string, name: string, from: ImportedObject): ImportedObject | undefined {
    return this.#subjects.get(keyOf(kind, from.namespace, name));
  }

  /** A task or condition with the signature of its definition, or else the one that `use` infers. */
  reference(
    kind: 'Task' | 'ClusterTask' | 'Condition' | 'Pipeline',
    name: string,
    from: ImportedObject,
    use: () => SignatureModel,
  ): { readonly code: string; readonly signature: SignatureModel } {
    const found = this.find(kind, name, from);
    if (found?.isConstruct && found.signature) return { code: this.mention(found), signature: found.signature };
    const signature = found?.signature ?? use();
    return { code: this.#fromName(kind, name, signature), signature };
  }

  /** A PipelineResource. */
  resource(name: string, type: ResourceType, from: ImportedObject): string {
    const found = this.find('PipelineResource', name, from);
    if (found?.isConstruct && found.type === type) return this.mention(found);
    this.#program.construct('PipelineResource');
    return `PipelineResource.fromName(${text(name)}, ${text(type)})`;
  }

  /** A ServiceAccount. */
  account(name: string, from: ImportedObject): string {
    const found = this.find('ServiceAccount', name, from);
    return found?.isConstruct ? this.mention(found) : `{ name: ${text(name)} }`;
  }

  #fromName(kind: string, name: string, signature: SignatureModel): string {
    const construct = this.#program.construct(kind);
    const taskLike = kind === 'Task' || kind === 'ClusterTask';
    const told: Code = taskLike
      ? signatureCode(signature)
      : signatureCode({ params: signature.params, workspaces: signature.workspaces }, signature.inputs);
    const key = `${kind} ${name} ${JSON.stringify(told)}`;
    const there = this.#elsewhere.get(key);
    if (there) return there.name;
    const declared = this.#program.declareFirst(name, kind);
    declared.mentioned = true;
    declared.code = [`${construct}.fromName(${text(name)}`, ...(isEmpty(told as Block) ? [] : [', ', told]), ')']; // `signatureCode` gives fields
    this.#elsewhere.set(key, declared);
    this.#program.orElse(() => this.#elsewhere.delete(key));
    return declared.name;
  }
}

const keyOf = (kind: string, namespace: string, name: string): string =>
  `${kind} ${kind === 'ClusterTask' ? '' : namespace} ${name}`;

/** The kind, namespace and name of an object. */
export const identityOf = (object: JsonObject): { kind: string; namespace: string; name: string } => ({
  kind: textAt(object, 'kind') ?? '',
  namespace: textAt(object, 'metadata', 'namespace') ?? '',
  name: textAt(object, 'metadata', 'name') ?? textAt(object, 'metadata', 'generateName')?.replace(/-+$/, '') ?? '',
});
