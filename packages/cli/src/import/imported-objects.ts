/**
 * Resolves references between the translated objects: to a constant if the target has a construct, and by name
 * otherwise.
 *
 * A reference to an object that is carried over unchanged, or that is not in the files, becomes `fromName` with the
 * signature of the object's definition, or else with one inferred from its use.
 */

import type { ResourceType } from '@pipewright/tekton';
import type { JsonObject } from '../json.js';
import { textAt } from '../json.js';
import { isEmpty, stringLiteral, type Block, type Code } from './code.js';
import type { Declaration, Program } from './program.js';
import { signatureCode, type SignatureModel } from './signature.js';

/** An object that is being translated. */
export interface ImportedObject {
  readonly object: JsonObject;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
  readonly declared: Declaration;
  /** The params, resources and workspaces that it declares; absent if they cannot be read. */
  readonly signature?: SignatureModel | undefined;
  /** The type of a PipelineResource. */
  readonly type?: ResourceType | undefined;
  /** Whether a construct generates the object, so that it can be assigned to a constant. Known once the object is translated. */
  isConstruct: boolean;
}

/** All imported objects, and the declarations required for objects that are defined elsewhere. */
export class ImportedObjects {
  readonly #objects: ReadonlyMap<string, ImportedObject>;
  readonly #program: Program;
  readonly #external = new Map<string, Declaration>();

  constructor(program: Program, subjects: readonly ImportedObject[]) {
    this.#program = program;
    this.#objects = new Map(subjects.map((it) => [keyOf(it.kind, it.namespace, it.name), it]));
  }

  /** Returns the name of the object's constant, and marks the constant as used, so that it is declared. */
  constantOf(subject: ImportedObject): string {
    return this.#program.reference(subject.declared);
  }

  /** Returns an object of the files; undefined if they do not contain it. */
  find(kind: string, name: string, from: ImportedObject): ImportedObject | undefined {
    return this.#objects.get(keyOf(kind, from.namespace, name));
  }

  /**
   * Returns a reference to a task, condition or pipeline, with the signature of its definition, or else the one that
   * `use` infers.
   */
  reference(
    kind: 'Task' | 'ClusterTask' | 'Condition' | 'Pipeline',
    name: string,
    from: ImportedObject,
    inferSignature: () => SignatureModel,
  ): { readonly code: string; readonly signature: SignatureModel } {
    const found = this.find(kind, name, from);
    if (found?.isConstruct && found.signature) return { code: this.constantOf(found), signature: found.signature };
    const signature = found?.signature ?? inferSignature();
    return { code: this.#fromName(kind, name, signature), signature };
  }

  /** Returns a reference to a PipelineResource. */
  resource(name: string, type: ResourceType, from: ImportedObject): string {
    const found = this.find('PipelineResource', name, from);
    if (found?.isConstruct && found.type === type) return this.constantOf(found);
    this.#program.construct('PipelineResource');
    return `PipelineResource.fromName(${stringLiteral(name)}, ${stringLiteral(type)})`;
  }

  /** Returns a reference to a ServiceAccount. */
  account(name: string, from: ImportedObject): string {
    const found = this.find('ServiceAccount', name, from);
    return found?.isConstruct ? this.constantOf(found) : `{ name: ${stringLiteral(name)} }`;
  }

  #fromName(kind: string, name: string, signature: SignatureModel): string {
    const construct = this.#program.construct(kind);
    const taskLike = kind === 'Task' || kind === 'ClusterTask';
    const signatureArgument: Code = taskLike
      ? signatureCode(signature)
      : signatureCode({ params: signature.params, workspaces: signature.workspaces }, signature.inputs);
    const key = `${kind} ${name} ${JSON.stringify(signatureArgument)}`;
    const known = this.#external.get(key);
    if (known) return known.name;
    const declared = this.#program.declareEarly(name, kind);
    declared.isReferenced = true;
    // `signatureCode` returns fields.
    declared.code = [
      `${construct}.fromName(${stringLiteral(name)}`,
      ...(isEmpty(signatureArgument as Block) ? [] : [', ', signatureArgument]),
      ')',
    ];
    this.#external.set(key, declared);
    this.#program.onRollback(() => this.#external.delete(key));
    return declared.name;
  }
}

const keyOf = (kind: string, namespace: string, name: string): string =>
  `${kind} ${kind === 'ClusterTask' ? '' : namespace} ${name}`;

/** Returns the kind, namespace and name of an object. */
export const identityOf = (object: JsonObject): { kind: string; namespace: string; name: string } => ({
  kind: textAt(object, 'kind') ?? '',
  namespace: textAt(object, 'metadata', 'namespace') ?? '',
  name: textAt(object, 'metadata', 'name') ?? textAt(object, 'metadata', 'generateName')?.replace(/-+$/, '') ?? '',
});
