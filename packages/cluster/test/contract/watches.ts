/** Lists, selectors and watches. */

import { expect, test } from '@jest/globals';
import { MERGE, type Event, type Server } from './server.js';

const typeAndName = ({ type, object }: Event): string => `${type} ${object.metadata.name}`;

export function describeWatches(currentServer: () => Server): void {
  test('a list and a watch from its version contain every change once, in order of versions', async () => {
    const server = currentServer();
    const labels = { metadata: { labels: { mine: 'yes' } } }; // a real cluster creates objects in a new namespace
    await server.configMap('w0', labels);
    const { body } = await server.get(`${server.core('configmaps')}?labelSelector=mine`);
    const query = `labelSelector=mine&resourceVersion=${body.metadata.resourceVersion}`;
    const watch = await server.watch(server.core('configmaps'), query);
    await server.configMap('w1', labels);
    await server.patch(server.core('configmaps/w1'), MERGE, { data: { a: '1' } });
    await server.delete(server.core('configmaps/w0'));
    await server.delete(server.core('configmaps/w1'));
    const events = await watch.take(4);
    expect(events.map(typeAndName)).toEqual(['ADDED w1', 'MODIFIED w1', 'DELETED w0', 'DELETED w1']);
    const versions = events.map(({ object }) => Number(object.metadata.resourceVersion));
    expect([...versions].sort((a, b) => a - b)).toEqual(versions);
    expect(events[3]!.object['data']).toEqual({ a: '1' });
    await watch.close();
  });

  test.each([
    ['no version', ''],
    ['version 0', 'resourceVersion=0'],
  ])('a watch from %s begins with the existing objects', async (_, query) => {
    const server = currentServer();
    const name = `there-${query.length}`;
    await server.configMap(name, { metadata: { labels: { there: name } } });
    const watch = await server.watch(server.core('configmaps'), `labelSelector=there%3D${name}&${query}`);
    expect(typeAndName(await watch.next())).toBe(`ADDED ${name}`);
    await watch.close();
  });

  test('a watch ends without an error at its timeout', async () => {
    const server = currentServer();
    const watch = await server.watch(server.core('configmaps'), 'timeoutSeconds=1&labelSelector=none%3Dsuch');
    expect(await watch.nextOrEnd()).toBeUndefined();
  });

  test('a watch with a selector reports objects that start to match as added, and those that stop as deleted', async () => {
    const server = currentServer();
    const { body } = await server.get(server.core('configmaps'));
    const query = `labelSelector=color%3Dred&resourceVersion=${body.metadata.resourceVersion}`;
    const watch = await server.watch(server.core('configmaps'), query);
    await server.configMap('painted');
    const setColor = (color: string | null) =>
      server.patch(server.core('configmaps/painted'), MERGE, { metadata: { labels: { color } } });
    await setColor('red');
    await server.patch(server.core('configmaps/painted'), MERGE, { data: { a: '1' } });
    await setColor('blue');
    await setColor('red');
    const events = await watch.take(4);
    expect(events.map(typeAndName)).toEqual(['ADDED painted', 'MODIFIED painted', 'DELETED painted', 'ADDED painted']);
    await watch.close();
  });

  test('a watch of one name reports only that name, also after the object was recreated with a new uid', async () => {
    const server = currentServer();
    const first = await server.configMap('single');
    const { resourceVersion } = first.metadata;
    const query = `fieldSelector=metadata.name%3Dsingle&resourceVersion=${resourceVersion}`;
    const watch = await server.watch(server.core('configmaps'), query);
    await server.configMap('another');
    await server.delete(server.core('configmaps/single'));
    const second = await server.configMap('single');
    const [deletion, recreation] = await watch.take(2);
    expect([typeAndName(deletion!), typeAndName(recreation!)]).toEqual(['DELETED single', 'ADDED single']);
    expect([deletion!.object.metadata.uid, recreation!.object.metadata.uid]).toEqual([
      first.metadata.uid,
      second.metadata.uid,
    ]);
    expect(first.metadata.uid).not.toBe(second.metadata.uid);
    expect(Number(deletion!.object.metadata.resourceVersion)).toBeGreaterThan(Number(resourceVersion));
    await watch.close();
  });

  test('concurrent watches of one kind all receive a change', async () => {
    const server = currentServer();
    const { body } = await server.get(server.core('configmaps'));
    const query = `fieldSelector=metadata.name%3Dbroadcast&resourceVersion=${body.metadata.resourceVersion}`;
    const watches = await Promise.all(Array.from({ length: 20 }, () => server.watch(server.core('configmaps'), query)));
    await server.configMap('broadcast');
    for (const watch of watches) {
      expect(typeAndName(await watch.next())).toBe('ADDED broadcast');
      await watch.close();
    }
  });

  test('all pages of a list show one state, despite concurrent writes', async () => {
    const server = currentServer();
    for (let index = 0; index < 5; index++) {
      await server.configMap(`page-${index}`, { metadata: { labels: { paged: 'yes' } } });
    }
    const path = `${server.core('configmaps')}?labelSelector=paged%3Dyes&limit=2`;
    const names: string[] = [];
    const versions = new Set<string>();
    let next = '';
    do {
      const { status, body } = await server.get(next === '' ? path : `${path}&continue=${encodeURIComponent(next)}`);
      expect(status).toBe(200);
      names.push(...body.items.map(({ metadata }) => metadata.name));
      versions.add(body.metadata.resourceVersion);
      next = body.metadata.continue ?? '';
      await server.configMap(`page-between-${names.length}`, { metadata: { labels: { paged: 'yes' } } });
      if (names.length === 2) await server.delete(server.core('configmaps/page-4'));
    } while (next !== '');
    expect(names).toEqual(['page-0', 'page-1', 'page-2', 'page-3', 'page-4']);
    expect(versions.size).toBe(1);
    expect((await server.get(`${path}&continue=nonsense`)).status).toBe(400);
  });

  test.each<[string, readonly string[]]>([
    ['sel=x', ['x']],
    ['sel==x', ['x']],
    ['sel!=x', ['none', 'y']],
    ['sel in (x, y)', ['x', 'y']],
    ['sel notin (x)', ['none', 'y']],
    ['sel', ['x', 'y']],
    ['!sel', ['none']],
    ['sel,sel!=y', ['x']],
    ['sel=', []],
  ])('the label selector %s', async (selector, expected) => {
    const server = currentServer();
    const names = ['none', 'x', 'y'];
    for (const name of names) {
      const labels = { select: 'me', ...(name === 'none' ? {} : { sel: name }) };
      const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `sel-${name}`, labels } };
      await server.post(server.core('configmaps'), body); // created by the first row
    }
    const query = encodeURIComponent(`select=me,${selector}`);
    const { body } = await server.get(`${server.core('configmaps')}?labelSelector=${query}`);
    expect(body.items.map(({ metadata }) => metadata.name)).toEqual(expected.map((name) => `sel-${name}`));
  });

  test.each(['sel=a=b', 'sel in x', 'sel>', '=x', 'a b'])(
    'the label selector "%s" is a bad request',
    async (selector) => {
      const server = currentServer();
      const response = await server.get(`${server.core('configmaps')}?labelSelector=${encodeURIComponent(selector)}`);
      expect([response.status, response.body.reason]).toEqual([400, 'BadRequest']);
    },
  );

  test('field selectors support names, namespaces and a few fields of some kinds; others are a bad request', async () => {
    const server = currentServer();
    await server.configMap('fielded');
    const list = (path: string, selector: string) =>
      server.get(`${path}?fieldSelector=${encodeURIComponent(selector)}`);
    const selected = await list('/api/v1/configmaps', `metadata.name=fielded,metadata.namespace=${server.namespace}`);
    expect(selected.body.items).toHaveLength(1);
    expect(
      (await list(server.core('configmaps'), 'metadata.name!=fielded')).body.items.map(
        (object) => object.metadata.name,
      ),
    ).not.toContain('fielded');
    expect((await list(server.core('pods'), 'status.phase=Running,spec.nodeName=x')).status).toBe(200);
    const rejection = await list(server.core('configmaps'), 'data.a=1');
    expect([rejection.status, rejection.body.reason]).toEqual([400, 'BadRequest']);
  });

  test('a list has a resourceVersion and a kind', async () => {
    const server = currentServer();
    const { body } = await server.get(server.core('configmaps'));
    expect(body).toMatchObject({ kind: 'ConfigMapList', apiVersion: 'v1' });
    expect(body.metadata.resourceVersion).toMatch(/^\d+$/);
  });

  test.each([
    ['labelSelector', 'a in b'],
    ['labelSelector', 'a in (b'],
    ['labelSelector', 'a=b,'],
    ['labelSelector', '=b'],
    ['labelSelector', `a=${'x'.repeat(64)}`],
    ['labelSelector', '-a'],
    ['fieldSelector', 'metadata.name'],
    ['fieldSelector', 'metadata.name=a=b'],
    ['fieldSelector', 'data.a=b'],
    ['limit', 'many'],
  ])('a list by %s=%s is a bad request', async (parameter, text) => {
    const server = currentServer();
    const response = await server.get(`${server.core('configmaps')}?${parameter}=${encodeURIComponent(text)}`);
    expect([response.status, response.body.reason]).toEqual([400, 'BadRequest']);
  });
}
