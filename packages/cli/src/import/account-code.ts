/**
 * Translates ServiceAccounts and the Secrets they reference.
 *
 * A Secret with plaintext values in the YAML keeps them in the generated program, and a comment above it points this
 * out.
 */

import { isObject, listAt, objectAt, textAt, type JsonObject } from '../json.js';
import { arrayLiteral, stringLiteral, type Code } from './code.js';
import type { ImportedObjects, ImportedObject } from './imported-objects.js';
import { NotExpressible, requireOnlyFields } from './not-expressible.js';
import type { Program } from './program.js';

/** Returns the props of a PipelineServiceAccount. */
export function accountCode(
  object: JsonObject,
  program: Program,
  known: ImportedObjects,
  subject: ImportedObject,
): Record<string, Code | undefined> {
  requireOnlyFields(
    object,
    ['apiVersion', 'kind', 'metadata', 'secrets', 'automountServiceAccountToken'],
    'a ServiceAccount',
  );
  const automount = object['automountServiceAccountToken'];
  if (automount === true)
    throw new NotExpressible('it sets `automountServiceAccountToken: true`, which constructs omit');
  if (Array.isArray(object['secrets']) && object['secrets'].length === 0)
    throw new NotExpressible('its secrets are an empty list');
  const secrets = listAt(object, 'secrets').map((secret) => {
    const name = textAt(secret, 'name');
    if (!isObject(secret) || name === undefined) throw new NotExpressible('one of its secrets has no name');
    requireOnlyFields(secret, ['name'], 'a secret of the account');
    return credentialsCode(name, program, known, known.find('Secret', name, subject));
  });
  return {
    credentials: secrets.length > 0 ? arrayLiteral(secrets) : undefined,
    automountToken: automount === false ? undefined : 'true',
  };
}

function credentialsCode(
  name: string,
  program: Program,
  known: ImportedObjects,
  secret: ImportedObject | undefined,
): string {
  if (secret?.isConstruct) return known.constantOf(secret);
  const annotations = Object.keys(objectAt(secret?.object, 'metadata', 'annotations'));
  const ofGit = annotations.some((it) => it.startsWith('tekton.dev/git-'));
  const ofRegistry =
    annotations.some((it) => it.startsWith('tekton.dev/docker-')) ||
    textAt(secret?.object, 'type')?.startsWith('kubernetes.io/docker') === true;
  if (ofGit === ofRegistry) return `{ secretName: ${stringLiteral(name)} }`;
  return `${program.construct(ofGit ? 'GitCredentials' : 'DockerCredentials')}.fromSecret(${stringLiteral(name)})`;
}

/**
 * Returns the props of plaintext credentials. Throws `NotExpressible` unless the Secret has the form that the construct
 * generates.
 */
export function plaintextCode(object: JsonObject): Record<string, Code | undefined> {
  requireOnlyFields(object, ['apiVersion', 'kind', 'metadata', 'type', 'stringData'], 'a Secret');
  const { username, password, ...others } = objectAt(object, 'stringData');
  const { 'tekton.dev/git-0': server, ...annotations } = objectAt(object, 'metadata', 'annotations');
  const isSupported =
    textAt(object, 'type') === 'kubernetes.io/basic-auth' &&
    typeof server === 'string' &&
    typeof username === 'string' &&
    typeof password === 'string' &&
    Object.keys(others).length + Object.keys(annotations).length === 0;
  if (!isSupported) throw new NotExpressible('constructs generate only one form of Secret');
  return { server: stringLiteral(server), username: stringLiteral(username), password: stringLiteral(password) };
}
