/** Files passed between tasks through the artifact bucket that the operator configures, with real pods. */

import { describe, expect } from '@jest/globals';
import { CONFIG_MAPS, PERSISTENT_VOLUME_CLAIMS } from '@pipewright/kube';
import type { Send } from '@pipewright/apimachinery';
import type { TaskRun } from '@pipewright/tekton';
import type { TestNamespace } from '../../../controller/test/support/test-namespace.js';
import type { Bucket } from './bucket.js';

/** Path of the operator's ConfigMaps. Tests use their own namespace instead, to be independent of other runs. */
const OPERATOR = '/namespaces/tekton-pipelines/configmaps/';

const git = { type: 'git', params: [{ name: 'url', value: 'https://git.corp/team/unused.git' }] };
const gcs = (location: string): object => ({
  type: 'storage',
  params: Object.entries({ type: 'gcs', location, dir: 'y' }).map(([name, value]) => ({ name, value })),
});

/** Returns the only step of a task. */
const doing = (script: string): object => ({
  steps: [{ name: 'own', image: 'busybox', command: ['sh', '-ec', script] }],
});

/** Defines the suite. `testNamespace` has the programs that use `bucket`. */
export function describeHandover(bucket: Bucket, testNamespace: TestNamespace): void {
  describe('files passed between tasks in a bucket', () => {
    /** Restarts the controller with the bucket in the operator's configuration. */
    const configure = async (): Promise<void> => {
      const { harness, cluster } = testNamespace;
      const { namespace } = harness;
      const data = {
        location: 'gs://shop/artifacts/',
        'bucket.service.account.secret.name': 'operator',
        'bucket.service.account.secret.key': 'key.json',
      };
      const metadata = { name: 'config-artifact-bucket', namespace };
      await harness.client.create(CONFIG_MAPS, { namespace }, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data });
      await harness.create('Secret', 'operator', { stringData: { 'key.json': "the operator's key" } });
      const send: Send = (request) => {
        const { url } = request;
        if (!url.includes(OPERATOR)) return cluster.send(request);
        return cluster.send(new Request(url.replace('/tekton-pipelines/', `/${namespace}/`), request));
      };
      await testNamespace.stopController();
      await testNamespace.startController({ send });
    };

    testNamespace.runs('are copied to the tasks that use them, including modes, without a claim', async () => {
      await configure();
      const { harness } = testNamespace;
      const src = { resources: [{ name: 'src', type: 'git' }] };
      const site = { resources: [{ name: 'site', type: 'storage' }] };
      const tasks = {
        first: {
          outputs: src,
          ...doing(`cd $(outputs.resources.src.path); mkdir bin; printf '#!/bin/sh\\necho ran\\n' > bin/tool; chmod 755 bin/tool
            echo first > both; echo first > one`),
        },
        second: { outputs: src, ...doing('cd $(outputs.resources.src.path); echo second > both') },
        pages: { outputs: site, ...doing('echo page > $(outputs.resources.site.path)/index.html') },
        use: {
          inputs: { resources: [...src.resources, ...site.resources] },
          ...doing(`cd $(inputs.resources.src.path); ./bin/tool
            cat both one $(inputs.resources.site.path)/index.html`),
        },
      };
      for (const [name, spec] of Object.entries(tasks)) await harness.create('Task', name, { spec });
      const made = (name: string, resource: string): object => ({ outputs: [{ name, resource }] });
      await harness.create('PipelineRun', 'run', {
        spec: {
          pipelineSpec: {
            resources: [
              { name: 'code', type: 'git' },
              { name: 'web', type: 'storage' },
            ],
            tasks: [
              { name: 'first', taskRef: { name: 'first' }, resources: made('src', 'code') },
              { name: 'second', taskRef: { name: 'second' }, resources: made('src', 'code') },
              { name: 'pages', taskRef: { name: 'pages' }, resources: made('site', 'web') },
              {
                name: 'use',
                taskRef: { name: 'use' },
                resources: {
                  inputs: [
                    { name: 'src', resource: 'code', from: ['first', 'second'] },
                    { name: 'site', resource: 'web', from: ['pages'] },
                  ],
                },
              },
            ],
          },
          resources: [
            { name: 'code', resourceSpec: git },
            { name: 'web', resourceSpec: gcs('gs://shop/web') },
          ],
        },
      });
      expect(await harness.waitForEnd('PipelineRun', 'run')).toMatchObject({ status: 'True' });

      const below = `artifacts/run-${harness.namespace}-bucket`;
      expect(bucket.objects()).toMatchObject({
        [`${below}/first/src/bin/tool`]: '#!/bin/sh\necho ran\n',
        [`${below}/first/src/both`]: 'first\n',
        [`${below}/second/src/both`]: 'second\n',
        [`${below}/pages/site/index.html`]: 'page\n',
        'web/index.html': 'page\n',
      });
      const runs = await harness.list<TaskRun>('TaskRun');
      const of = (task: string): string =>
        runs.find(({ metadata }) => metadata.labels?.['tekton.dev/pipelineTask'] === task)?.metadata.name ?? '';
      const used = await testNamespace.logs(of('use'));
      expect(used['own']).toBe('ran\nsecond\nfirst\npage\n');
      expect(Object.keys(used)).toEqual(
        [
          'artifact-dest-mkdir-src',
          'artifact-copy-from-src',
          'artifact-dest-mkdir-src',
          'artifact-copy-from-src',
          'artifact-dest-mkdir-site',
          'artifact-copy-from-site',
          'own',
        ].filter((name, at, all) => all.indexOf(name) === at),
      );
      expect(used['artifact-copy-from-site']).toContain("the operator's key");
      expect((await testNamespace.logs(of('first')))['artifact-copy-to-src']).toContain("the operator's key");
      expect((await harness.client.list(PERSISTENT_VOLUME_CLAIMS, { namespace: harness.namespace })).items).toEqual([]);
    });
  });
}
