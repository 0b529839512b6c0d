import { describe, expect, test } from '@jest/globals';
import { Mask } from '../../src/masking/mask.js';
import { growth, LINEAR } from '../../../../test/growth.js';

const opaque = (value: string) => ({ kind: 'Secret', metadata: { name: 'deploy' }, stringData: { token: value } });
const TOKEN = 's3cr3t/+ "key"?';

/** One value in all formats that a step might print. */
const printed: { how: string; text: string; want: string }[] = [
  { how: 'unchanged', text: `a ${TOKEN} b`, want: 'a *** b' },
  { how: 'twice', text: `${TOKEN},${TOKEN}`, want: '***,***' },
  { how: 'twice without a gap', text: `${TOKEN}${TOKEN}`, want: '******' },
  { how: 'in JSON', text: JSON.stringify({ a: TOKEN }), want: '{"a":"***"}' },
  { how: 'percent-encoded', text: `?t=${encodeURIComponent(TOKEN)}&x=1`, want: '?t=***&x=1' },
  { how: 'in base64', text: `x ${Buffer.from(TOKEN).toString('base64')} y`, want: 'x *** y' },
  { how: 'in hexadecimal', text: `x ${Buffer.from(TOKEN).toString('hex')} y`, want: 'x *** y' },
  { how: 'in uppercase hexadecimal', text: `${Buffer.from(TOKEN).toString('hex').toUpperCase()}0a`, want: '***0a' },
  { how: 'in base64 for URLs', text: `x ${Buffer.from(TOKEN).toString('base64url')} y`, want: 'x *** y' },
  { how: 'only in part', text: 's3cr3t/+ "key" is not it', want: 's3cr3t/+ "key" is not it' },
];

test.each(printed)('a secret that is printed $how is masked', ({ text, want }) => {
  expect(new Mask([opaque(TOKEN)]).hide(text)).toBe(want);
});

describe('the context of a secret', () => {
  test.each(['', 'a', 'ab', 'abc', 'user:'])(
    'a secret in a base64 text after %j is masked except for its ends',
    (before) => {
      const encoded = Buffer.from(`${before}${TOKEN}.end`).toString('base64');
      const middle = Buffer.from(TOKEN).toString('base64').slice(4, 16);
      const hidden = new Mask([opaque(TOKEN)]).hide(encoded);
      expect(hidden).toContain('***');
      expect(hidden).not.toContain(middle);
      expect(hidden.length).toBeLessThan(encoded.length - 12);
    },
  );

  test('a secret whose bytes are separated is masked', () => {
    const printed = Buffer.concat([...Buffer.from('pässwörd-日本')].map((byte) => Buffer.from([byte, 1])));
    const shown = new Mask([opaque('pässwörd-日本')]).hide(printed.toString('utf8'));
    expect(shown).toBe('***\u0001');
  });

  test('each line of a key is masked, even if printed separately', () => {
    const key = '-----BEGIN KEY-----\nAAAABBBB\nCCCCDDDD\n-----END KEY-----\n';
    expect(new Mask([opaque(key)]).hide('> AAAABBBB\n> CCCCDDDD\n> EEEE')).toBe('> ***\n> ***\n> EEEE');
  });
});

test('the password in an Authorization header or proxy URL is masked completely', () => {
  const account = {
    kind: 'Secret',
    type: 'kubernetes.io/basic-auth',
    metadata: { name: 'registry' },
    data: { username: Buffer.from('demo').toString('base64') },
    stringData: { password: 'not a word' },
  };
  const sent = Buffer.from('demo:not a word').toString('base64');
  expect(new Mask([account]).hide(`Authorization: Basic ${sent}; demo`)).toBe('Authorization: Basic ***; demo');
});

describe('a secret in chunks', () => {
  test.each([1, 2, 3, 5, 7, 64])('is masked in chunks of %i characters', (size) => {
    const stream = new Mask([opaque(TOKEN)]).stream();
    const log = `start ${TOKEN} middle ${TOKEN}${TOKEN} s3cr3t/+ end`;
    let shown = '';
    for (let at = 0; at < log.length; at += size) shown += stream.push(log.slice(at, at + size));
    expect(shown + stream.end()).toBe('start *** middle ****** s3cr3t/+ end');
  });

  test('a chunk that cannot become a secret is shown immediately', () => {
    const stream = new Mask([opaque(TOKEN)]).stream();
    expect(stream.push('downloading')).toBe('downloading');
    expect(stream.push(' s3cr3')).toBe(' ');
    expect(stream.push('!')).toBe('s3cr3!');
  });

  test('overlapping secrets are masked as a whole', () => {
    const mask = new Mask([opaque('abcdef'), opaque('defghi'), opaque('cdef')]);
    expect(mask.hide('xabcdefghix')).toBe('x***x');
  });
});

describe('the masked values are', () => {
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

  test('the password and auth of a docker configuration', () => {
    expect(new Mask([docker]).hide('login xxx pa55word, Basic eHh4OnBhNTV3b3Jk')).toBe('login xxx ***, Basic ***');
  });

  test('a value that is not text, as kubectl prints it', () => {
    const base64 = Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0x9c, 0x41]).toString('base64');
    const keystore = { kind: 'Secret', metadata: { name: 'keystore' }, data: { 'key.jks': base64 } };
    expect(new Mask([keystore]).hide(`key.jks: ${base64}`)).toBe('key.jks: ***');
  });

  test('the password, but not the user name, of a git account', () => {
    const log = 'clone https://aiyijing:hunter2!@github.com/aiyijing/nginx.git';
    expect(new Mask([git]).hide(log)).toBe('clone https://aiyijing:***@github.com/aiyijing/nginx.git');
  });

  test.each(['abc', ' x ', 'a\u0000b\u0000c'])(
    'not values shorter than four characters (%j), which are reported',
    (value) => {
      const mask = new Mask([opaque(value)]);
      expect(mask.hide(`<${value}>`)).toBe(`<${value}>`);
      expect(mask.unmasked).toEqual([{ name: 'deploy/token', why: 'too short' }]);
    },
  );

  test.each([
    'true',
    'False',
    '1234',
    '8080',
    '2024',
    '1.2.3',
    '10.0.0.1',
    'null',
    'default',
    'aaaa',
    '----',
    'main',
    'Succeeded',
    '5432\n',
  ])('not values that are common in output (%j), which are reported', (value) => {
    const mask = new Mask([opaque(value)]);
    const log = `ok: ${value} ${Buffer.from(value).toString('base64')} 12345 true 8080`;
    expect(mask.hide(log)).toBe(log);
    expect(mask.unmasked).toEqual([{ name: 'deploy/token', why: 'too common' }]);
  });

  test.each(['hunter2', '12345678', 'banana', '2024-01-01T00:00', 'a1b2', 'hunter2x9:'])(
    'values that are neither short nor common (%j)',
    (value) => {
      const mask = new Mask([opaque(value)]);
      expect(mask.hide(`<${value}>`)).toBe('<***>');
      expect(mask.unmasked).toEqual([]);
    },
  );

  test('a value that ends with a colon and a line feed', () => {
    expect(new Mask([opaque('hunter2x9:\n')]).hide('<hunter2x9:>')).toBe('<***>');
  });

  test('the lines of a file, except YAML keys, brackets and common words', () => {
    const mask = new Mask([opaque('users:\n- name: x81hq\n  {\ntrue\nkey-8h1x')]);
    expect(mask.hide('users:\n{\ntrue\n  key-8h1x')).toBe('users:\n{\ntrue\n  ***');
  });

  test('the values of Secrets that are added during a log, including in text that was held back', () => {
    const mask = new Mask([opaque('first-secret')]);
    const stream = mask.stream();
    const shown = [stream.push('a first-se')];
    mask.add([{ metadata: { name: 'late' }, stringData: { token: 'irst-second' } }]);
    shown.push(stream.push('cond b first-secret irst-sec'), stream.push('ond'), stream.end());
    expect(shown.join('')).toBe('a f*** b *** ***');
  });

  test('nothing in a log without secrets', () => {
    expect(new Mask([]).hide('anything')).toBe('anything');
  });
});

describe('a line that ends like the beginning of a secret', () => {
  const [first = '', second = ''] =
    Buffer.from('x'.repeat(50) + TOKEN)
      .toString('base64')
      .match(/.{1,76}/g) ?? [];

  test('is shown immediately if it does not look wrapped', () => {
    const stream = new Mask([opaque(TOKEN)]).stream();
    const line = `built ${Buffer.from(TOKEN).toString('base64').slice(0, 3)}\n`;
    expect(stream.push(line)).toBe(line);
  });

  test('is held back if it looks wrapped, and masked with the next line', () => {
    const stream = new Mask([opaque(TOKEN)]).stream();
    const shown = stream.push(`${first}\n`);
    expect(first.startsWith(shown)).toBe(true);
    expect(shown.length).toBeLessThan(first.length);
    expect(shown + stream.push(`${second}\nend\n`)).toMatch(/^e.*\*\*\*\n\*\*\*.*\nend\n$/);
  });

  test('is shown unchanged if the next line does not continue it', () => {
    const stream = new Mask([opaque(TOKEN)]).stream();
    expect(stream.push(`${first}\n`) + stream.push('end\n')).toBe(`${first}\nend\n`);
  });
});

describe('the formatting around a secret', () => {
  test('keeps the number of lines of a wrapped secret', () => {
    const lines =
      Buffer.from(TOKEN.repeat(10))
        .toString('base64')
        .match(/.{1,64}/g) ?? [];
    const hidden = new Mask([opaque(TOKEN.repeat(10))]).hide(`a\n${lines.join('\n')}\nb\n`);
    expect(hidden).toBe(`a\n${lines.map(() => '***').join('\n')}\nb\n`);
  });

  test('keeps colours, except those set within the secret', () => {
    const hidden = new Mask([opaque('hunter2hunter2')]).hide('\u001b[1mhunter2\u001b[31mhunter2 rest\u001b[0m');
    expect(hidden).toBe('\u001b[1m***\u001b[0m rest\u001b[0m');
  });

  test('keeps the offset of a dump row, and masks the text column with the bytes', () => {
    const rows =
      '00000000: 4142 6875 6e74 6572 3268 756e 7465 7232  ABhunter2hunter2\n00000010: 0a                                       .\n';
    expect(new Mask([opaque('hunter2hunter2')]).hide(rows)).toBe(
      '00000000: 4142 ***\n00000010: 0a                                       .\n',
    );
  });
});

describe('the cost of masking is linear', () => {
  const mask = new Mask([opaque(`${'a'.repeat(999)}b`), opaque('hunter2\nhunter2\nhunter3'.repeat(40))]);

  test.each([
    ['for a log that nearly matches', 'a'.repeat(100)],
    ['for a log with many escapes', '\\u0041%41&amp;\\n\u001b[31m'],
    ['for a log with incomplete escapes', '\\u00\u001b[31;'],
    ['for dumps', '00000000: 6161 6161 6161 6161 6161 6161 6161 6161  aaaaaaaaaaaaaaaa\n'],
    ['for wrapped base64 that nearly matches', `${Buffer.from('a'.repeat(57)).toString('base64')}\n`],
    ['for many short lines', 'hunter2\n'],
  ])('%s', async (_what, text) => {
    const hide = (length: number): string => mask.hide(text.repeat(Math.ceil(length / text.length)));
    expect(hide(1000)).not.toBe('');
    expect(await growth(hide, 15_000)).toBeLessThan(LINEAR);
  });

  test('in the number of secrets', async () => {
    const cost = (count: number): string => {
      const secrets = Array.from({ length: count }, (_, index) =>
        opaque(`secret-number-${String(index * 7919)}-of-many`),
      );
      return new Mask(secrets).hide('a log with secret-number-7919-of-many in it. '.repeat(count));
    };
    expect(cost(3)).toContain('a log with *** in it');
    expect(await growth(cost, 250)).toBeLessThan(LINEAR);
  });
});
