import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { kubeconfig, type Kubeconfig } from '../../src/scripts/kubeconfig/kubeconfig.js';
import { scripts } from '../support/scripts.js';
import { runProcess, shells } from '../support/shells.js';

const base = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(base, { recursive: true }));

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Case extends Partial<Kubeconfig> {
  readonly env?: Readonly<Record<string, string>>;
}

describe.each(shells)('a kubeconfig, written by %s', (_, shell) => {
  async function writtenKubeconfig({ env = {}, ...fields }: Case): Promise<string> {
    const dir = mkdtempSync(join(base, 'case-'));
    const settings = {
      name: 'prod',
      url: 'https://k8s.corp:6443',
      namespace: '',
      insecure: false,
      caFromSecret: true,
      directories: [dir],
      ...fields,
    };
    const result = await runProcess([...shell, ...kubeconfig(scripts, settings).slice(1)], env);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toContain(`kubeconfig file successfully written to ${dir}/kubeconfig`);
    for (const secret of Object.values(env)) expect(result.stdout).not.toContain(secret);
    expect(statSync(join(dir, 'kubeconfig')).mode & 0o777).toBe(0o600);
    return readFileSync(join(dir, 'kubeconfig'), 'utf8');
  }

  test('has a cluster and context with the name of the resource, and a user with the username', async () => {
    const text = await writtenKubeconfig({
      namespace: 'shop',
      env: { TOKEN: 'abc-1\n', CADATA: PEM, USERNAME: 'ann' },
    });
    expect(text).toBe(`apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${base64(PEM)}
    server: https://k8s.corp:6443
  name: prod
contexts:
- context:
    cluster: prod
    namespace: shop
    user: ann
  name: prod
current-context: prod
kind: Config
preferences: {}
users:
- name: ann
  user:
    token: abc-1
`);
  });

  test('equals the output of Tekton v0.9.2 for a user, a token and a certificate authority from a Secret', async () => {
    const env = { TOKEN: 'dG9rZW4K', CADATA: 'Y2EtY2VydAo=', USERNAME: 'test-user', PASSWORD: 'test-password' };
    expect(await writtenKubeconfig({ name: 'target-cluster', url: 'https://1.1.1.1', env })).toBe(`apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: WTJFdFkyVnlkQW89
    server: https://1.1.1.1
  name: target-cluster
contexts:
- context:
    cluster: target-cluster
    user: test-user
  name: target-cluster
current-context: target-cluster
kind: Config
preferences: {}
users:
- name: test-user
  user:
    token: dG9rZW4K
`);
  });

  test.each<[string, Case, string]>([
    [
      'uses a certificate authority from a param unchanged if it is base64',
      { caFromSecret: false, env: { TOKEN: 't-0', CADATA: 'Y2EtY2VydAo=\n' } },
      'certificate-authority-data: Y2EtY2VydAo=\n',
    ],
    [
      'encodes a certificate authority from a param if it is PEM',
      { caFromSecret: false, env: { TOKEN: 't-0', CADATA: PEM } },
      `certificate-authority-data: ${base64(PEM)}\n`,
    ],
    [
      'uses a certificate from a Secret unchanged if it is base64',
      { env: { TOKEN: 't-0', CADATA: `${base64(PEM)}\n` } },
      `certificate-authority-data: ${base64(PEM)}\n`,
    ],
    [
      'has a user with the name of the resource without a username',
      { env: { TOKEN: 't-0' } },
      'user: prod\n  name: prod\n',
    ],
    [
      'skips the check of the certificate without a certificate authority',
      { env: { TOKEN: 't-0' } },
      'insecure-skip-tls-verify: true\n',
    ],
    [
      'skips the check of the certificate if so configured',
      { insecure: true, env: { CADATA: PEM } },
      'insecure-skip-tls-verify: true\n',
    ],
    [
      'quotes values that YAML would read as another type',
      { env: { USERNAME: 'a: "b" #\\', PASSWORD: "p'% $(x)" } },
      `- name: "a: \\"b\\" #\\\\"\n  user:\n    password: "p'% $(x)"\n    username: "a: \\"b\\" #\\\\"\n`,
    ],
    [
      'prefers a token to a user and password',
      { env: { TOKEN: 't-1', USERNAME: 'ann', PASSWORD: 'pw-9' } },
      '  user:\n    token: t-1\n',
    ],
  ])('%s', async (__, input, part) => {
    expect(await writtenKubeconfig(input)).toContain(part);
  });
});
