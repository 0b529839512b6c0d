import { describe, expect, test } from '@jest/globals';
import { ApiObject, App, Chart, JsonPatch, Lazy, type IResolver } from 'cdk8s';
import { PlainObject } from '../lib/manifests/plain-object.js';

const rows: [string, Record<string, unknown>][] = [
  ['unsorted keys', { spec: { b: 1, a: { d: 'x', c: 'y' } }, data: { z: '1' } }],
  ['undefined fields', { spec: { gone: undefined, nothing: null, kept: '' } }],
  ['lists, including empty ones', { spec: { list: [{ b: 1, a: 2 }, null, 'text', []], none: {} } }],
  ['a value computed at synth', { spec: { late: Lazy.any({ produce: () => ({ b: 1, a: 2 }) }) } }],
];

/** Renders an object both ways, in charts with the same name, so that names and labels are equal. */
function both(fields: Record<string, unknown>, resolvers: IResolver[] = [], patch?: JsonPatch): [unknown, unknown] {
  const props = { apiVersion: 'v1', kind: 'Thing', metadata: { labels: { b: '1', a: '2' }, finalizers: ['x'] } };
  const chart = (): Chart => new Chart(new App({ resolvers }), 'chart', { namespace: 'ci', labels: { team: 'a' } });
  const ours = new PlainObject(chart(), 'it', { ...props, fields });
  const theirs = new ApiObject(chart(), 'it', { ...props, ...fields });
  if (patch) for (const object of [ours, theirs]) object.addJsonPatch(patch);
  return [ours.toJson(), theirs.toJson()];
}

describe('a plain object is rendered as cdk8s renders it', () => {
  test.each(rows)('%s', (_, fields) => {
    const [ours, theirs] = both(fields);
    expect(JSON.stringify(ours)).toBe(JSON.stringify(theirs));
  });

  test('with a patch', () => {
    const [ours, theirs] = both({ spec: { b: 1, a: 2 } }, [], JsonPatch.add('/spec/c', 3));
    expect(JSON.stringify(ours)).toBe(JSON.stringify(theirs));
    expect(ours).toMatchObject({ spec: { c: 3 } });
  });

  test('in an app with a resolver of its own', () => {
    const shout: IResolver = {
      resolve: (context) => {
        if (context.value === 'quiet') context.replaceValue('loud');
      },
    };
    const [ours, theirs] = both({ spec: { voice: 'quiet' } }, [shout]);
    expect(JSON.stringify(ours)).toBe(JSON.stringify(theirs));
    expect(ours).toMatchObject({ spec: { voice: 'loud' } });
  });

  test('unsorted, if cdk8s is configured so', () => {
    process.env['CDK8S_DISABLE_SORT'] = '1';
    try {
      const [ours, theirs] = both({ spec: { b: 1, a: 2 } });
      expect(JSON.stringify(ours)).toBe(JSON.stringify(theirs));
      expect(JSON.stringify(ours)).toContain('"spec":{"b":1,"a":2}');
    } finally {
      delete process.env['CDK8S_DISABLE_SORT'];
    }
  });
});
