/**
 * PATCH: selects the kind of patch and stores the patched object.
 */

import { isAllowed } from '../../auth/authorization.js';
import { bodyOf, mediaType, objectIn, type Body } from '../../wire/body.js';
import { fieldValidator } from '../../wire/field-validation.js';
import { isObject, objectAt, type JsonObject, type KubeObject } from '../../../model/json.js';
import { writeOptions, type ObjectRequest, type ObjectsContext } from '../object-request.js';
import { applyJsonPatch } from './json-patch.js';
import { applyMergePatch } from './merge-patch.js';
import { commit } from '../commit.js';
import { badRequest, forbidden, invalid, notFound, required, unsupportedMedia } from '../../status-error.js';
import type { ResourceType } from '../../kinds/resource-type.js';
import { serverSideApply } from './server-side-apply.js';
import { strategicPatch } from './strategic-merge-patch.js';
import type { ApiContext } from '../../api-context.js';
import { tryLatestObject } from '../read.js';
import { create, update, type Part } from '../write.js';

const APPLY = 'application/apply-patch+yaml';
const STRATEGIC = 'application/strategic-merge-patch+json';
const KNOWN = ['application/json-patch+json', 'application/merge-patch+json', APPLY];

/** The result of a patch. */
export interface PatchResult {
  readonly object: KubeObject;
  /** 201 if server-side apply created the object. */
  readonly status: 200 | 201;
  readonly warnings: readonly string[];
}

/** Patches an object; server-side apply may create it. Synchronous from read to write, so no other write is lost. */
export async function patchObject(
  { api }: ObjectsContext,
  objectRequest: ObjectRequest,
  type: ResourceType,
  part: Part,
): Promise<PatchResult> {
  const { request } = objectRequest;
  const media = mediaType(request);
  const known = type.custom ? KNOWN : [...KNOWN, STRATEGIC];
  if (!known.includes(media)) {
    throw unsupportedMedia(
      `the body of the request was in an unknown format - accepted media types include: ${known.join(', ')}`,
    );
  }
  const body = await bodyOf(request);
  return commit(api, () => patchWith(api, objectRequest, type, part, { body, media }));
}

interface Patch {
  readonly body: Body;
  readonly media: string;
}

function patchWith(
  api: ApiContext,
  { info, user }: ObjectRequest,
  type: ResourceType,
  part: Part,
  { body, media }: Patch,
): PatchResult {
  const validator = fieldValidator(type, info.query, body.repeated);
  const options = writeOptions(api, { info, user }, type, validator);
  const namespace = type.namespaced ? info.namespace : '';
  const old = tryLatestObject(api, type, namespace, info.object);
  const manager = info.query.get('fieldManager') ?? '';
  if (media === APPLY && manager === '') {
    const options = { group: 'meta.k8s.io', plural: 'patchoptions', kind: 'PatchOptions' };
    throw invalid(options, '', [required('fieldManager', 'is required for apply patch')]);
  }
  const applying = { manager, force: info.query.get('force') === 'true', now: api.clock.date() };
  if (!old) {
    if (media !== APPLY || part !== 'main') throw notFound(type, info.object);
    // A right to patch is not one to create. A real server gives no reason either.
    if (!isAllowed(api, user, { ...info, verb: 'create' })) throw forbidden(type, info.object, '');
    const { object, managedFields } = serverSideApply(type, undefined, objectIn(body), applying);
    const named = { ...object, metadata: { ...objectAt(object, 'metadata'), name: info.object } };
    const created = create(api, type, namespace, named, { ...options, managedFields });
    return { object: created, status: 201, warnings: validator.warnings };
  }
  if (media === APPLY) {
    const { object, managedFields } = serverSideApply(type, old, objectIn(body), applying);
    const changed = update(api, type, old, object, part, { ...options, managedFields });
    return { object: changed, status: 200, warnings: validator.warnings };
  }
  const next = applyPatch(type, old, body.value, media);
  return { object: update(api, type, old, next, part, options), status: 200, warnings: validator.warnings };
}

/** Returns the object with a JSON, merge or strategic merge patch applied. */
export function applyPatch(type: ResourceType, old: JsonObject, patch: unknown, media: string): JsonObject {
  if (media === 'application/json-patch+json') return applyJsonPatch(old, patch);
  if (!isObject(patch)) throw badRequest('error decoding patch: the patch must be a JSON object');
  if (media === 'application/merge-patch+json') return applyMergePatch(old, patch);
  return strategicPatch(old, patch, type.schema);
}
