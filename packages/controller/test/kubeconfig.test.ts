import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { kubeconfig, type Kubeconfig } from '../src/scripts/kubeconfig.js';
import { run, shells } from './shells.js';

const base = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
afterAll(() => rmSync(base, { recursive: true }));

const PEM = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----';
const ENCODED = Buffer.from(`${PEM}\n`).toString('base64');

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
      directories: [dir],
      ...more,
    };
    const ended = await run([...shell, ...kubeconfig(wanted).slice(1)], env);
    expect(ended).toMatchObject({ code: 0, err: '' });
    expect(ended.out).toContain(`kubeconfig file successfully written to ${dir}/kubeconfig`);
    for (const secret of Object.values(env)) expect(ended.out).not.toContain(secret);
    expect(statSync(join(dir, 'kubeconfig')).mode & 0o777).toBe(0o600);
    return readFileSync(join(dir, 'kubeconfig'), 'utf8');
  }

  test('names its cluster, context and user after the resource', async () => {
    const text = await written({ namespace: 'shop', env: { TOKEN: 'abc-1\n', CADATA: PEM } });
    expect(text).toBe(`apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: ${ENCODED}
    server: "https://k8s.corp:6443"
  name: prod
contexts:
- context:
    cluster: prod
    namespace: "shop"
    user: prod
  name: prod
current-context: prod
kind: Config
preferences: {}
users:
- name: prod
  user:
    token: "abc-1"
`);
  });

  test.each<[string, Case, string]>([
    [
      'takes an authority that is base64 already',
      { env: { TOKEN: 't-0', CADATA: `${ENCODED}\n` } },
      `certificate-authority-data: ${ENCODED}\n`,
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
      `  user:\n    password: "p'% $(x)"\n    username: "a: \\"b\\" #\\\\"\n`,
    ],
    [
      'lets a token win over user and password',
      { env: { TOKEN: 't-1', USERNAME: 'ann', PASSWORD: 'pw-9' } },
      '  user:\n    token: "t-1"\n',
    ],
  ])('%s', async (__, given, part) => {
    expect(await written(given)).toContain(part);
  });
});
