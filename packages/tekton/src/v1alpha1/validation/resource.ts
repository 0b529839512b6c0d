/**
 * Checks PipelineResources, including those embedded in runs.
 */

import { invalidGitRevisionReason, invalidGitUrlReason, hostOfUrlWithPassword } from '../../validation/git.js';
import { invalidImageReason } from '../../validation/image.js';
import { invalidBucketLocationReason, invalidPullRequestUrlReason } from './resource-location.js';
import type { PipelineResourceSpec, ResourceType } from '../../model/resource.js';
import { childContext, checkUniqueNames, type ValidationContext } from '../../validation/context.js';

/** The params of each resource type. `required` params must be set, either directly or from a Secret. */
const PARAMS: Readonly<
  Record<ResourceType, { readonly required: readonly string[]; readonly known: readonly string[] }>
> = {
  git: {
    required: ['url'],
    known: ['url', 'revision', 'submodules', 'depth', 'sslVerify', 'refspec', 'httpProxy', 'httpsProxy', 'noProxy'],
  },
  image: { required: ['url'], known: ['url', 'digest'] },
  pullRequest: { required: ['url'], known: ['url', 'provider', 'insecure-skip-tls-verify'] },
  storage: { required: ['type', 'location'], known: ['type', 'location', 'dir', 'artifactType'] },
  cluster: {
    required: [],
    known: ['name', 'url', 'revision', 'username', 'password', 'namespace', 'token', 'insecure', 'cadata'],
  },
  cloudEvent: { required: ['targetURI'], known: ['targetURI'] },
};

/** Checks the spec of a resource. `context` is the spec. */
export function checkResource(spec: PipelineResourceSpec, context: ValidationContext): void {
  // The schema check reports a missing or unknown type.
  if (!Object.hasOwn(PARAMS, spec.type)) return;
  const { required, known } = PARAMS[spec.type];
  const params = spec.params ?? [];
  const at = childContext(context, 'params');
  checkUniqueNames('param', params, at, { fold: true, lastCounts: true });
  const given = new Map(params.map(({ name, value = '' }, index) => [name.toLowerCase(), { value, index }]));
  const fromSecrets = new Set((spec.secrets ?? []).map(({ fieldName }) => fieldName.toLowerCase()));
  for (const name of required) {
    const value = given.get(name.toLowerCase())?.value;
    if ((value === undefined || value === '') && !fromSecrets.has(name.toLowerCase())) {
      const tektonMessage = spec.type === 'storage' ? `missing field(s): spec.params.${name}` : undefined;
      const severity = spec.type === 'image' ? 'warning' : 'error'; // no built-in step reads it
      context.report.add('RESOURCE_PARAM_MISSING', at.path, { type: spec.type, name }, { tektonMessage, severity });
    }
  }
  const lower = new Set(known.map((name) => name.toLowerCase()));
  params.forEach(({ name }, index) => {
    if (lower.has(name.toLowerCase())) return;
    at.report.add('RESOURCE_PARAM_UNKNOWN', [...at.path, index, 'name'], {
      type: spec.type,
      ...at.report.unknownName(name, known),
    });
  });
  const value = (name: string, check: (text: string, to: ValidationContext) => void): void => {
    const found = given.get(name);
    if (found && found.value !== '') check(found.value, childContext(at, found.index, 'value'));
  };
  switch (spec.type) {
    case 'git':
      value('url', checkGitUrl);
      value('revision', checkRevision);
      return;
    case 'image':
      value('url', checkImageUrl);
      return;
    case 'storage':
      value('type', checkStorageType);
      value('location', checkLocation(given.get('type')?.value));
      if (given.get('type')?.value === 'build-gcs') {
        if (!given.get('artifacttype')?.value)
          context.report.add('RESOURCE_PARAM_MISSING', at.path, { type: 'storage', name: 'artifactType' });
        value('artifacttype', oneOf(['ZipArchive', 'TarGzArchive', 'Manifest', 'Archive']));
      }
      return;
    case 'cluster':
      checkCluster(given, fromSecrets, at);
      return;
    case 'pullRequest':
      value('provider', oneOf(['github', 'gitlab']));
      value('url', checkPullRequestUrl(given.get('provider')?.value ?? ''));
      return;
    case 'cloudEvent':
      return;
  }
}

/** Returns a check of a param with a fixed set of values. */
const oneOf =
  (known: readonly string[]) =>
  (text: string, at: ValidationContext): void => {
    if (!known.includes(text))
      at.report.add('VALUE_UNKNOWN', at.path, at.report.unknownName(text, known), { value: text });
  };

function checkGitUrl(url: string, at: ValidationContext): void {
  const reason = invalidGitUrlReason(url.trim()); // surrounding spaces are trimmed on use
  const host = hostOfUrlWithPassword(url);
  if (host !== undefined) at.report.add('GIT_URL_PASSWORD', at.path, { host });
  if (reason !== undefined) at.report.add('GIT_URL_INVALID', at.path, { url: host === undefined ? url : '…', reason });
}

const checkPullRequestUrl =
  (provider: string) =>
  (text: string, at: ValidationContext): void => {
    const url = text.trim(); // as the step does
    const reason = invalidPullRequestUrlReason(url, provider);
    const shownUrl = hostOfUrlWithPassword(url) === undefined ? url : '…';
    if (reason !== undefined) at.report.add('PULL_REQUEST_URL_INVALID', at.path, { url: shownUrl, reason });
  };

/** Returns a check of locations. Locations of unknown types are not checked. */
const checkLocation =
  (type: string | undefined) =>
  (location: string, at: ValidationContext): void => {
    const reason = type === 'gcs' || type === 'build-gcs' ? invalidBucketLocationReason(location, type) : undefined;
    if (reason !== undefined)
      at.report.add('BUCKET_LOCATION_INVALID', at.path, { location, reason }, { value: location });
  };

function checkRevision(revision: string, at: ValidationContext): void {
  const reason = invalidGitRevisionReason(revision);
  if (reason !== undefined) at.report.add('GIT_REVISION_INVALID', at.path, { revision, reason }, { value: revision });
}

function checkImageUrl(image: string, at: ValidationContext): void {
  const reason = invalidImageReason(image);
  if (reason !== undefined) at.report.add('IMAGE_INVALID', at.path, { image, reason }, { value: image });
}

function checkStorageType(type: string, at: ValidationContext): void {
  const known = ['gcs', 'build-gcs'];
  if (known.includes(type)) return;
  const tektonMessage = `invalid value: ${type}: spec.params.type`;
  at.report.add('VALUE_UNKNOWN', at.path, at.report.unknownName(type, known), { value: type, tektonMessage });
}

/** Whether Tekton parses the text as true (Go's `strconv.ParseBool`). */
export const isGoTrue = (text: string | undefined): boolean => /^(?:1|t|true|T|True|TRUE)$/.test(text ?? '');

/** Whether the text is valid in an HTTP request: a URL with a scheme, or an absolute path. */
const isRequestUrl = (text: string): boolean => text.startsWith('/') || URL.canParse(text);

function checkCluster(
  given: ReadonlyMap<string, { readonly value: string; readonly index: number }>,
  fromSecrets: ReadonlySet<string>,
  at: ValidationContext,
): void {
  const has = (name: string): boolean => Boolean(given.get(name)?.value) || fromSecrets.has(name);
  const missing = (name: string, tektonMessage: string): void => {
    at.report.add('RESOURCE_PARAM_MISSING', at.path, { type: 'cluster', name }, { tektonMessage });
  };
  const url = given.get('url');
  if (url?.value && !isRequestUrl(url.value)) {
    const more = { value: url.value, tektonMessage: `invalid value: ${url.value}: URL` };
    at.report.add('CLUSTER_URL_INVALID', childContext(at, url.index, 'value').path, { url: url.value }, more);
  }
  if (!has('username') && !has('cadata') && !has('token'))
    missing('token', 'missing field(s): username or CAData  or token param');
  else if (!isGoTrue(given.get('insecure')?.value) && !has('cadata')) {
    missing('cadata', 'missing field(s): CAData param');
  }
}
