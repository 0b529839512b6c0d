/**
 * Resources outside the cluster, with real pods: buckets, archives, pull requests, receivers of CloudEvents.
 *
 * Local servers implement the documented APIs.
 */

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect } from '@jest/globals';
import type { CloudEventDelivery, PipelineRun, TaskRun } from '@pipewright/tekton';
import { startFakeGitHub } from '../../../controller/test/support/fake-github.js';
import { exposeToPods, type ClusterKind } from '../../../controller/test/support/test-cluster.js';
import { newTestNamespace, type TestNamespace } from '../../../controller/test/support/test-namespace.js';
import { zipOf } from '../../../controller/test/support/zip.js';
import { Bucket } from './bucket.js';
import { describeHandover } from './handover-on-a-cluster.js';

type Spec = Readonly<Record<string, unknown>> & { readonly type: string };
type Specs = Readonly<Record<string, Spec>>;
const spec = (type: string, params: Readonly<Record<string, string>>, secrets: readonly object[] = []): Spec => ({
  type,
  params: Object.entries(params).map(([name, value]) => ({ name, value })),
  ...(secrets.length > 0 && { secrets }),
});
const declared = (of: Specs): object => ({
  resources: Object.entries(of).map(([name, { type }]) => ({ name, type })),
});
const bound = (of: Specs): object => ({
  resources: Object.entries(of).map(([name, resourceSpec]) => ({ name, resourceSpec })),
});

/** Returns a TaskRun with one step and these embedded resources. */
const runWith = (inputs: Specs, outputs: Specs, script: string): object => ({
  spec: {
    inputs: bound(inputs),
    outputs: bound(outputs),
    taskSpec: {
      inputs: declared(inputs),
      outputs: declared(outputs),
      steps: [{ name: 'own', image: 'busybox', command: ['sh', '-ec', script] }],
    },
  },
});

/** Defines all suites. */
export function describeResources(clusterKind: ClusterKind): void {
  describe(`on ${clusterKind.name}`, () => {
    const bucket = new Bucket();
    const testNamespace = newTestNamespace(clusterKind, () => bucket.serve(clusterKind));
    describeBuckets(bucket, testNamespace);
    describePullRequests(testNamespace);
    describeHandover(bucket, testNamespace);
    describeCloudEvents(testNamespace);
  });
}

/** `storage` resources. */
function describeBuckets(bucket: Bucket, testNamespace: TestNamespace): void {
  describe('a bucket', () => {
    const at = (location: string, more: Readonly<Record<string, string>> = {}, secrets: readonly object[] = []): Spec =>
      spec('storage', { type: 'gcs', location: `gs://shop/${location}`, ...more }, secrets);

    testNamespace.runs(
      'is used for downloads and uploads of files and directories, with the account of a Secret',
      async () => {
        const { harness } = testNamespace;
        for (const [file, text] of [
          ['in/a.txt', 'one'],
          ['in/deep/b.txt', 'two'],
          ['app.jar', 'jar'],
          ['out/old.txt', 'gone'],
        ] as const)
          bucket.put(file, text);
        await harness.create('Secret', 'google', { stringData: { 'key.json': 'the key of the account' } });
        const secret = { fieldName: 'GOOGLE_APPLICATION_CREDENTIALS', secretName: 'google', secretKey: 'key.json' };
        const inputs = { files: at('in', { dir: 'y' }, [secret]), jar: at('app.jar') };
        const outputs = { made: at('out', { dir: 'y' }), single: at('single') };
        const script = `cat $(inputs.resources.files.path)/a.txt $(inputs.resources.files.path)/deep/b.txt > $(outputs.resources.made.path)/ab.txt
        mkdir $(outputs.resources.made.path)/deep; cp $(inputs.resources.jar.path)/app.jar $(outputs.resources.made.path)/deep/
        echo -n alone > $(outputs.resources.single.path)/file`;
        await harness.create('TaskRun', 'fetches', runWith(inputs, outputs, script));
        expect(await harness.waitForEnd('TaskRun', 'fetches')).toMatchObject({ status: 'True' });
        expect(bucket.objects()).toEqual({
          'app.jar': 'jar',
          'in/a.txt': 'one',
          'in/deep/b.txt': 'two',
          'out/ab.txt': 'onetwo',
          'out/deep/app.jar': 'jar',
          single: 'alone',
        });
        const logs = await testNamespace.logs('fetches');
        expect(Object.keys(logs)).toEqual([
          'create-dir-single',
          'create-dir-made',
          'create-dir-files',
          'fetch-files',
          'create-dir-jar',
          'fetch-jar',
          'own',
          'upload-made',
          'upload-single',
        ]);
        expect(logs['fetch-files']).toMatch(
          /GOOGLE_APPLICATION_CREDENTIALS is set, activating the service account\n.*the key of the account/s,
        );
        expect(logs['fetch-jar']).not.toContain('account');
      },
    );

    testNamespace.runs('without the requested object fails the run at the step that downloads it', async () => {
      await testNamespace.harness.create('TaskRun', 'lacks', runWith({ none: at('none') }, {}, 'true'));
      expect(await testNamespace.harness.waitForEnd('TaskRun', 'lacks')).toMatchObject({
        status: 'False',
        reason: 'Failed',
        message: expect.stringMatching(/^"step-fetch-none-[a-z0-9]{5}" exited with code 1 /),
      });
      expect((await testNamespace.logs('lacks'))['fetch-none']).toContain('No URLs matched: gs://shop/none');
    });

    testNamespace.runs('provides archives, and the files of a manifest', async () => {
      const mode = 0o100755;
      bucket.put('src.zip', zipOf({ 'bin/run.sh': { text: 'echo zipped', mode } }));
      bucket.put('tar/run.sh', 'echo tarred');
      const tar = execFileSync('tar', ['-cz', '-C', join(bucket.directory, 'tar'), 'run.sh']);
      bucket.put('src.tgz', tar);
      const sha1Sum = createHash('sha1').update('echo listed').digest('hex');
      bucket.put('run', 'echo listed');
      bucket.put('list.json', JSON.stringify({ 'run.sh': { sourceUrl: 'gs://shop/run', sha1Sum, mode: 0o755 } }));
      const archive = (artifactType: string, location: string): Spec =>
        spec('storage', { type: 'build-gcs', artifactType, location: `gs://shop/${location}` });
      const inputs = {
        zip: archive('ZipArchive', 'src.zip'),
        tar: archive('TarGzArchive', 'src.tgz'),
        list: archive('Manifest', 'list.json'),
      };
      const script =
        'sh $(inputs.resources.zip.path)/bin/run.sh; sh $(inputs.resources.tar.path)/run.sh; sh $(inputs.resources.list.path)/run.sh';
      await testNamespace.harness.create('TaskRun', 'unpacks', runWith(inputs, {}, script));
      expect(await testNamespace.harness.waitForEnd('TaskRun', 'unpacks')).toMatchObject({ status: 'True' });
      const logs = await testNamespace.logs('unpacks');
      expect(logs['own']).toBe('zipped\ntarred\nlisted\n');
      expect(logs['storage-fetch-zip']).toContain('Successfully fetched gs://shop/src.zip to /workspace/zip');
    });
  });
}

/** `pullRequest` resources. */
function describePullRequests(testNamespace: TestNamespace): void {
  describe('a pull request', () => {
    const { clusterKind } = testNamespace;
    const secret = { fieldName: 'authToken', secretName: 'github', secretKey: 'token' };

    testNamespace.runs('is provided as files, and changes to them are sent back', async () => {
      const comments = [1, 2, 3].map((id) => ({ id, body: `comment ${String(id)}`, user: { id: 5, login: 'ann' } }));
      const server = await startFakeGitHub({ labels: ['bug', 'wip'], comments, statuses: [] }, 'sesame-8');
      const exposed = await exposeToPods(server.url, clusterKind);
      try {
        const { harness } = testNamespace;
        await harness.create('Secret', 'github', { stringData: { token: 'sesame-8' } });
        const change = spec('pullRequest', { url: exposed.url, provider: 'github' }, [secret]);
        const script = `cd $(inputs.resources.pr.path); cat pr.json; ls comments
          cp -r . $(outputs.resources.pr.path)/; cd $(outputs.resources.pr.path)
          : > labels/tested; rm labels/wip comments/2.json; echo -n done > comments/mine
          echo '{"State":"success","Label":"ci/own","Desc":"fine"}' > status/own.json`;
        await harness.create('TaskRun', 'changes', runWith({ pr: change }, { pr: change }, script));
        expect(await harness.waitForEnd('TaskRun', 'changes')).toMatchObject({ status: 'True' });
        expect(server.state.labels).toEqual(['bug', 'tested']);
        expect(server.state.comments.map(({ body }) => body)).toEqual(['comment 1', 'comment 3', 'done']);
        expect(server.state.statuses).toEqual([{ state: 'success', context: 'ci/own', description: 'fine' }]);
        const logs = await testNamespace.logs('changes');
        expect(logs['own']).toMatch(/"Title":"Sell more".*1\.json\n2\.json\n3\.json\n/s);
        expect(JSON.stringify([logs, await harness.list('Pod'), await harness.list('TaskRun')])).not.toContain(
          'sesame-8',
        );
      } finally {
        exposed.close();
        await server.close();
      }
    });

    testNamespace.runs('that cannot be read fails the run with the message of the server', async () => {
      const server = await startFakeGitHub({ labels: [], comments: [], statuses: [] }, 'another');
      const exposed = await exposeToPods(server.url, clusterKind);
      try {
        const change = spec('pullRequest', { url: exposed.url, provider: 'github' });
        await testNamespace.harness.create('TaskRun', 'denied', runWith({ pr: change }, {}, 'true'));
        expect(await testNamespace.harness.waitForEnd('TaskRun', 'denied')).toMatchObject({
          status: 'False',
          message: expect.stringMatching(/^"step-pr-source-pr-[a-z0-9]{5}" exited with code 1 /),
        });
        expect((await testNamespace.logs('denied'))['pr-source-pr']).toMatch(/it answered 401 .*Bad credentials/);
      } finally {
        exposed.close();
        await server.close();
      }
    });
  });
}

/** `cloudEvent` resources. The controller sends the events, so pods need no access to the receiver. */
function describeCloudEvents(testNamespace: TestNamespace): void {
  describe('a CloudEvent', () => {
    let receiver: Server;
    let received: { readonly type: string; readonly id: string; readonly taskRun: TaskRun }[] = [];
    let statuses: number[] = [];
    let sink: Spec;

    beforeAll(async () => {
      receiver = createServer((request, response) => {
        const chunks: Buffer[] = [];
        request.on('data', (chunk: Buffer) => chunks.push(chunk));
        request.on('end', () => {
          const { taskRun } = JSON.parse(Buffer.concat(chunks).toString()) as { taskRun: TaskRun };
          const { 'ce-type': type, 'ce-id': id } = request.headers;
          received.push({ type: String(type), id: String(id), taskRun });
          response.writeHead(statuses.shift() ?? 202).end();
        });
      });
      receiver.listen(0, '127.0.0.1');
      await once(receiver, 'listening');
      const { port } = receiver.address() as AddressInfo;
      sink = spec('cloudEvent', { targetURI: `http://127.0.0.1:${String(port)}/events` });
    });
    afterAll(() => {
      receiver.closeAllConnections();
      receiver.close();
    });
    beforeEach(() => {
      received = [];
      statuses = [];
    });

    const delivered = (name: string): Promise<CloudEventDelivery> =>
      testNamespace.harness.waitFor<TaskRun, CloudEventDelivery>('TaskRun', name, ({ status }) => {
        const [delivery] = status?.cloudEvents ?? [];
        return delivery?.status.condition === 'Unknown' ? undefined : delivery;
      });

    testNamespace.runs('contains the result of a run, and is sent again if the receiver fails', async () => {
      statuses = [503];
      await testNamespace.harness.create('TaskRun', 'fails', runWith({}, { sink }, 'exit 3'));
      expect(await delivered('fails')).toMatchObject({ status: { condition: 'Sent', retryCount: 2 } });
      const event = { type: 'dev.tekton.event.task.failed.v1', id: 'fails' };
      expect(received).toMatchObject([event, event]);
      expect(received[0]?.taskRun.status?.steps).toMatchObject([
        { name: expect.stringMatching(/^create-dir-sink-/) },
        { name: 'own', terminated: { exitCode: 3 } },
      ]);
    });

    testNamespace.runs('is sent by the next controller if the first one stopped before', async () => {
      await testNamespace.stopController();
      await testNamespace.startController({ sendEvent: () => Promise.reject(new Error('no way out')) });
      await testNamespace.harness.create('TaskRun', 'restarts', runWith({}, { sink }, 'true'));
      await testNamespace.harness.waitFor<TaskRun, true>('TaskRun', 'restarts', ({ status }) =>
        status?.cloudEvents?.[0]?.status.message === 'no way out' ? true : undefined,
      );
      expect(received).toEqual([]);
      await testNamespace.stopController();
      await testNamespace.startController();
      const { status } = await delivered('restarts');
      expect(status).toMatchObject({ condition: 'Sent', message: '' });
      expect(status.retryCount).toBeGreaterThan(1);
      expect(received).toMatchObject([{ type: 'dev.tekton.event.task.successful.v1', id: 'restarts' }]);
    });

    testNamespace.runs(
      'of a pipeline contains only the last attempt, and is listed in the status of the PipelineRun',
      async () => {
        const outputs = { resources: [{ name: 'event', type: 'cloudEvent' }] };
        const claim = { name: 'once', persistentVolumeClaim: { claimName: 'once' } };
        const volumeMounts = [{ name: 'once', mountPath: '/once' }];
        const command = ['sh', '-c', 'test -e /once/tried || { : > /once/tried; exit 1; }'];
        await testNamespace.harness.create('PersistentVolumeClaim', 'once', {
          spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Mi' } } },
        });
        await testNamespace.harness.create('Task', 'notify', {
          spec: { outputs, volumes: [claim], steps: [{ name: 'own', image: 'busybox', command, volumeMounts }] },
        });
        const used = { outputs: [{ name: 'event', resource: 'sink' }] };
        await testNamespace.harness.create('PipelineRun', 'retries', {
          spec: {
            pipelineSpec: {
              resources: [{ name: 'sink', type: 'cloudEvent' }],
              tasks: [{ name: 't', taskRef: { name: 'notify' }, retries: 1, resources: used }],
            },
            resources: [{ name: 'sink', resourceSpec: sink }],
          },
        });
        const sent = await testNamespace.harness.waitFor<PipelineRun, object>(
          'PipelineRun',
          'retries',
          ({ status }) => {
            const [task] = Object.values(status?.taskRuns ?? {});
            return task?.status?.cloudEvents?.[0]?.status.condition === 'Sent' ? task : undefined;
          },
        );
        expect(sent).toMatchObject({ status: { retriesStatus: [{ conditions: [{ reason: 'Failed' }] }] } });
        expect(received.map(({ type }) => type)).toEqual(['dev.tekton.event.task.successful.v1']);
      },
    );
  });
}
