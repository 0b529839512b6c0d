import { describe, expect, test } from '@jest/globals';
import { maskFor } from '../src/masking/mask.js';
import { growth, LINEAR } from '../../../test/growth.js';

const opaque = (value: string) => ({ kind: 'Secret', metadata: { name: 'deploy' }, stringData: { token: value } });
const TOKEN = 's3cr3t/+ "key"?';

/** One value, printed in every way that a step might print it. */
const printed: { how: string; text: string; want: string }[] = [
  { how: 'as it is', text: `a ${TOKEN} b`, want: 'a *** b' },
  { how: 'twice', text: `${TOKEN},${TOKEN}`, want: '***,***' },
  { how: 'back to back', text: `${TOKEN}${TOKEN}`, want: '******' },
  { how: 'in JSON', text: JSON.stringify({ a: TOKEN }), want: '{"a":"***"}' },
  { how: 'percent-encoded', text: `?t=${encodeURIComponent(TOKEN)}&x=1`, want: '?t=***&x=1' },
  { how: 'in base64', text: `x ${Buffer.from(TOKEN).toString('base64')} y`, want: 'x *** y' },
  { how: 'in hexadecimal', text: `x ${Buffer.from(TOKEN).toString('hex')} y`, want: 'x *** y' },
  { how: 'in capital hexadecimal', text: `${Buffer.from(TOKEN).toString('hex').toUpperCase()}0a`, want: '***0a' },
  { how: 'in base64 for URLs', text: `x ${Buffer.from(TOKEN).toString('base64url')} y`, want: 'x *** y' },
  { how: 'not at all', text: 's3cr3t/+ "key" is not it', want: 's3cr3t/+ "key" is not it' },
];

test.each(printed)('a secret that is printed $how is hidden', ({ text, want }) => {
  expect(maskFor([opaque(TOKEN)]).hide(text)).toBe(want);
});

describe('what surrounds a secret', () => {
  test.each(['', 'a', 'ab', 'abc', 'user:'])('in one base64 text after %j leaves none of its middle', (before) => {
    const encoded = Buffer.from(`${before}${TOKEN}.end`).toString('base64');
    const middle = Buffer.from(TOKEN).toString('base64').slice(4, 16);
    const hidden = maskFor([opaque(TOKEN)]).hide(encoded);
    expect(hidden).toContain('***');
    expect(hidden).not.toContain(middle);
    expect(hidden.length).toBeLessThan(encoded.length - 12);
  });

  test('each line of a key is hidden where the lines come one by one', () => {
    const key = '-----BEGIN KEY-----\nAAAABBBB\nCCCCDDDD\n-----END KEY-----\n';
    expect(maskFor([opaque(key)]).hide('> AAAABBBB\n> CCCCDDDD\n> EEEE')).toBe('> ***\n> ***\n> EEEE');
  });
});

test('the password of an account is hidden to the last character in what a registry or a proxy is sent', () => {
  const account = {
    kind: 'Secret',
    type: 'kubernetes.io/basic-auth',
    metadata: { name: 'registry' },
    data: { username: Buffer.from('demo').toString('base64') },
    stringData: { password: 'not a word' },
  };
  const sent = Buffer.from('demo:not a word').toString('base64');
  expect(maskFor([account]).hide(`Authorization: Basic ${sent}; demo`)).toBe('Authorization: Basic ***; demo');
});

describe('a secret in pieces', () => {
  test.each([1, 2, 3, 5, 7, 64])('is hidden when the log arrives in pieces of %i characters', (size) => {
    const stream = maskFor([opaque(TOKEN)]).stream();
    const log = `start ${TOKEN} middle ${TOKEN}${TOKEN} s3cr3t/+ end`;
    let shown = '';
    for (let at = 0; at < log.length; at += size) shown += stream.push(log.slice(at, at + size));
    expect(shown + stream.end()).toBe('start *** middle ****** s3cr3t/+ end');
  });

  test('a piece that can not become a secret is shown at once', () => {
    const stream = maskFor([opaque(TOKEN)]).stream();
    expect(stream.push('downloading')).toBe('downloading');
    expect(stream.push(' s3cr3')).toBe(' ');
    expect(stream.push('!')).toBe('s3cr3!');
  });

  test('overlapping secrets are hidden as a whole', () => {
    const mask = maskFor([opaque('abcdef'), opaque('defghi'), opaque('cdef')]);
    expect(mask.hide('xabcdefghix')).toBe('x***x');
  });
});

describe('what counts as secret', () => {
  const docker = {
    metadata: { name: 'auth-docker' },
    type: 'kubernetes.io/dockerconfigjson',
    data: {
      '.dockerconfigjson': Buffer.from(
        '{"auths":{"index.docker.io":{"username":"xxx","password":"pa55word","auth":"eHh4OnBhNTV3b3Jk"}}}',
      ).toString('base64'),
    },
  };
  const git = {
    metadata: { name: 'auth-gitlab' },
    type: 'kubernetes.io/basic-auth',
    stringData: { username: 'aiyijing', password: 'hunter2!' },
  };

  test('the password and auth inside a docker configuration', () => {
    expect(maskFor([docker]).hide('login xxx pa55word, Basic eHh4OnBhNTV3b3Jk')).toBe('login xxx ***, Basic ***');
  });

  test('the password, but not the user name, of a git account', () => {
    const log = 'clone https://aiyijing:hunter2!@github.com/aiyijing/nginx.git';
    expect(maskFor([git]).hide(log)).toBe('clone https://aiyijing:***@github.com/aiyijing/nginx.git');
  });

  test('nothing shorter than four characters; those are named', () => {
    const mask = maskFor([opaque('abc')]);
    expect(mask.hide('abc')).toBe('abc');
    expect(mask.tooShort).toEqual(['deploy/token']);
  });

  test('without secrets a log passes unchanged', () => {
    expect(maskFor([]).hide('anything')).toBe('anything');
  });
});

test('a log of a million characters that nearly matches costs linear time', async () => {
  const mask = maskFor([opaque(`${'a'.repeat(999)}b`)]);
  expect(mask.hide('a'.repeat(1_000_000))).toHaveLength(1_000_000);
  expect(await growth((length) => mask.hide('a'.repeat(length)), 125_000)).toBeLessThan(LINEAR);
});
