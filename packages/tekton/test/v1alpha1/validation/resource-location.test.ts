import { describe, expect, test } from '@jest/globals';
import { checkObject } from '@pipewright/tekton';

const object = (type: string, params: Record<string, string>) => ({
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'PipelineResource',
  metadata: { name: 'r' },
  spec: { type, params: Object.entries(params).map(([name, value]) => ({ name, value })) },
});

/** Returns the problem of a resource's params, without the start of the sentence. */
const problemOf = (type: string, params: Record<string, string>): string | undefined =>
  checkObject(object(type, params)).map(
    ({ code, message }) =>
      `${code} ${message.replace(/^the (?:URL|location) '[^]*?'(?: of a pull request)? (?=[a-z])/, '')}`,
  )[0];

describe('the URL of a pull request', () => {
  test.each([
    ['https://github.com/a/b/pull/1'],
    ['https://github.com/a/b/pull/1/files'],
    ['https://github.com/a/b/pull/1\n'],
    ['http://127.0.0.1:8080/a/b/pull/1', 'github'],
    ['https://gitlab.com/group/sub/project/-/merge_requests/3'],
    ['https://git.corp/group/project/merge_requests/3', 'gitlab'],
    ['https://git.corp/a/b/pull/1'],
  ])('%j is accepted', (url, provider = '') => {
    expect(problemOf('pullRequest', { url, provider })).toBeUndefined();
  });

  test.each([
    ['--eval=process.exit()', '', 'begins with a dash, which makes it an option'],
    [' --eval=1', '', 'begins with a dash, which makes it an option'],
    ['https://github.com/a/b/pull/1 2', '', 'contains spaces or control characters'],
    ['github.com/a/b/pull/1', '', 'has no scheme'],
    ['file:///etc/passwd', '', "has the scheme 'file'"],
    ['https:///a/b/pull/1', '', 'has no host'],
    ['https://github.com/a/b/pull/../../../user/1', '', "contains '..'"],
    ['https://github.com/a/b/%2E%2e/x/pull/1', '', "contains '..'"],
    ['https://github.com/a\\..\\b/c/pull/1', '', 'contains a backslash, which is read as a slash'],
    ['https://github.com/a/b', '', 'names no pull request'],
    ['https://git.corp/a/b/pull/one', 'github', 'names no pull request'],
    ['https://gitlab.com/a/b/issues/1', '', 'names no merge request'],
  ])('%j (provider %j) %s', (url, provider, reason) => {
    expect(problemOf('pullRequest', { url, provider })).toBe(`PULL_REQUEST_URL_INVALID ${reason}`);
  });
});

describe('the location of a storage resource', () => {
  test.each([
    ['gcs', 'gs://bucket'],
    ['gcs', 'gs://bucket/some dir/*.jar'],
    ['gcs', 's3://bucket/dir'],
    ['build-gcs', 'gs://bucket/a.zip#42'],
    ['build-gcs', 'https://storage.googleapis.com/bucket/a.zip'],
  ])('of type %s can be %s', (type, location) => {
    expect(problemOf('storage', { type, location, artifactType: 'ZipArchive' })).toBeUndefined();
  });

  test.each([
    ['gcs', '-o x', 'begins with a dash, which makes it an option'],
    ['gcs', 'gs://b/\u001b[2J', 'holds control characters'],
    ['gcs', '/etc', 'has no scheme, so it is a path in the pod'],
    ['gcs', 'bucket/dir', 'has no scheme, so it is a path in the pod'],
    ['gcs', 'file:///etc', "has the scheme 'file'"],
    ['gcs', 'https://storage.googleapis.com/b/x', "has the scheme 'https'"],
    ['gcs', 'gs://', 'names no bucket'],
    ['gcs', 'gs://..', "has a bucket '..', which is not a valid bucket name"],
    ['gcs', 'gs://b/../../etc', "contains '..'"],
    ['build-gcs', 'gs://b', 'names no file in the bucket'],
    ['build-gcs', 's3://b/a.zip', "has the scheme 's3'"],
  ])('of type %s that is %j %s', (type, location, reason) => {
    expect(problemOf('storage', { type, location, artifactType: 'ZipArchive' })).toBe(
      `BUCKET_LOCATION_INVALID ${reason}`,
    );
  });
});

test('both problems have a path and a hint', () => {
  const problems = [
    ...checkObject(object('pullRequest', { provider: 'github', url: '--eval=1' })),
    ...checkObject(object('storage', { type: 'gcs', location: '-o x' })),
  ];
  expect(problems.map(({ path, message, hint }) => `${path.join('.')}: ${message} (${hint})`)).toEqual([
    "spec.params.1.value: the URL '--eval=1' of a pull request begins with a dash, which makes it an option (use https://HOST/OWNER/REPO/pull/NUMBER, or https://HOST/GROUP/PROJECT/merge_requests/NUMBER on GitLab)",
    "spec.params.1.value: the location '-o x' begins with a dash, which makes it an option (use gs://BUCKET/PATH)",
  ]);
});

test('a password in a URL is not printed', () => {
  const [problem] = checkObject(object('pullRequest', { url: 'https://me:hunter2@github.com/a/b' }));
  expect(problem?.message).toBe("the URL '…' of a pull request names no pull request");
  expect(JSON.stringify(problem)).not.toContain('hunter2');
});
