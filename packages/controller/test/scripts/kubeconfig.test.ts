import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { kubeconfig, type Kubeconfig } from '../../src/scripts/kubeconfig/kubeconfig.js';
import { scripts } from '../support/scripts.js';
import { run, shells } from '../support/shells.js';

const base = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(base, { recursive: true }));

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const base64 = (text: string): string => Buffer.from(text).toString('base64');

interface Case extends Partial<Kubeconfig> {
  readonly env?: Readonly<Record<string, string>>;
}

describe.each(shells)('a kubeconfig, written by %s', (_, shell) => {
  async function written({ env = {}, ...more }: Case): Promise<string> {
    const dir = mkdtempSync(join(base, 'case-'));
    const wanted = {
      name: 'prod',
      url: 'https://k8s.corp:6443',
      namespace: '',
      insecure: false,
      caFromSecret: true,
      directories: [dir],
      ...more,
    };
    const ended = await run([...shell, ...kubeconfig(scripts, wanted).slice(1)], env);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toContain(`kubeconfig file successfully written to ${dir}/kubeconfig`);
    for (const secret of Object.values(env)) expect(ended.out).not.toContain(secret);
    expect(statSync(join(dir, 'kubeconfig')).mode & 0o777).toBe(0o600);
    return readFileSync(join(dir, 'kubeconfig'), 'utf8');
  }

  test('names its cluster and context after the resource, and its user after the username', async () => {
    const text = await written({ namespace: 'shop', env: { TOKEN: 'abc-1\n', CADATA: PEM, USERNAME: 'ann' } });
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

  test('is to the byte what Tekton v0.9.2 writes of a user, a token and an authority of a Secret', async () => {
    const env = { TOKEN: 'dG9rZW4K', CADATA: 'Y2EtY2VydAo=', USERNAME: 'test-user', PASSWORD: 'test-password' };
    expect(await written({ name: 'target-cluster', url: 'https://1.1.1.1', env })).toBe(`apiVersion: v1
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
      'takes an authority of a param, which is base64 already',
      { caFromSecret: false, env: { TOKEN: 't-0', CADATA: 'Y2EtY2VydAo=\n' } },
      'certificate-authority-data: Y2EtY2VydAo=\n',
    ],
    [
      'encodes an authority that a param has as PEM',
      { caFromSecret: false, env: { TOKEN: 't-0', CADATA: PEM } },
      `certificate-authority-data: ${base64(PEM)}\n`,
    ],
    [
      'takes a certificate of a Secret that is base64 once more as it is',
      { env: { TOKEN: 't-0', CADATA: `${base64(PEM)}\n` } },
      `certificate-authority-data: ${base64(PEM)}\n`,
    ],
    [
      'calls its user after the resource where there is no username',
      { env: { TOKEN: 't-0' } },
      'user: prod\n  name: prod\n',
    ],
    ['checks no certificate without an authority', { env: { TOKEN: 't-0' } }, 'insecure-skip-tls-verify: true\n'],
    [
      'checks none when it is told not to',
      { insecure: true, env: { CADATA: PEM } },
      'insecure-skip-tls-verify: true\n',
    ],
    [
      'quotes what YAML would take for something else',
      { env: { USERNAME: 'a: "b" #\\', PASSWORD: "p'% $(x)" } },
      `- name: "a: \\"b\\" #\\\\"\n  user:\n    password: "p'% $(x)"\n    username: "a: \\"b\\" #\\\\"\n`,
    ],
    [
      'lets a token win over user and password',
      { env: { TOKEN: 't-1', USERNAME: 'ann', PASSWORD: 'pw-9' } },
      '  user:\n    token: t-1\n',
    ],
  ])('%s', async (__, given, part) => {
    expect(await written(given)).toContain(part);
  });
});
