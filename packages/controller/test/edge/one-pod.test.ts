import { expect, test } from '@jest/globals';
import { KubeClient } from '@pipewright/kube';
import { systemClock, type PlainRequest, type PlainResponse, type Send } from '@pipewright/apimachinery';
import type { TaskRun } from '@pipewright/tekton';
import { wireController } from '../../src/edge/wiring.js';
import { reconcileTaskRun } from '../../src/edge/reconcilers/task-run.js';

const RUN = {
  apiVersion: 'tekton.dev/v1alpha1',
  kind: 'TaskRun',
  metadata: { name: 'run', namespace: 'n', uid: 'uid-of-run', resourceVersion: '5' },
  spec: { taskSpec: { steps: [{ name: 's', image: 'busybox', command: ['true'] }] } },
} as TaskRun & { readonly metadata: { readonly name: string; readonly namespace: string } };

interface NamedPod {
  readonly metadata: { readonly name: string };
}

/** An API server with at most one pod, whose first status write fails. */
class Server {
  readonly created: string[] = [];
  readonly statuses: unknown[] = [];
  /** Whether the response to the first creation of a pod is lost. */
  losesResponse = false;
  pod: NamedPod | undefined;

  get send(): Send {
    return Object.assign(() => Promise.reject(new Error('not used')), {
      plain: (request: PlainRequest) => Promise.resolve(this.#answer(request)),
    });
  }

  #answer({ method, url, body }: PlainRequest): PlainResponse {
    const json = (status: number, value: object): PlainResponse => ({ status, headers: {}, value });
    if (method === 'POST' && url.includes('/pods')) return this.#create(body as NamedPod, json);
    if (method === 'PATCH' && url.includes('/taskruns/')) {
      this.statuses.push(body);
      return this.statuses.length === 1 ? json(500, {}) : json(200, { ...RUN, ...(body as object) });
    }
    if (method === 'GET' && url.includes('/serviceaccounts/')) return json(200, { metadata: { name: 'default' } });
    if (method === 'GET' && url.includes('/pods/') && this.pod) return json(200, this.pod);
    return json(method === 'GET' ? 404 : 201, {});
  }

  #create(pod: NamedPod, json: (status: number, value: object) => PlainResponse): PlainResponse {
    if (this.pod) return json(409, { kind: 'Status', reason: 'AlreadyExists', code: 409, message: 'it exists' });
    this.created.push(pod.metadata.name);
    const metadata = { ...pod.metadata, uid: `uid-${this.created.length}`, resourceVersion: '6' };
    this.pod = { ...pod, metadata };
    if (!this.losesResponse) return json(201, this.pod);
    this.losesResponse = false;
    return json(500, {});
  }
}

test.each([
  ['answered', false],
  ['not answered', true],
])('a pod whose creation was %s is not created again after its deletion', async (_case, losesResponse) => {
  const server = new Server();
  server.losesResponse = losesResponse;
  const { taskRunDeps: deps } = wireController({ send: server.send }, new KubeClient(server.send), systemClock);
  deps.taskRuns.record(RUN);
  const serverError = expect.stringContaining('500');
  if (losesResponse) await expect(reconcileTaskRun(deps, 'n/run')).rejects.toMatchObject({ message: serverError });
  await expect(reconcileTaskRun(deps, 'n/run')).rejects.toMatchObject({ message: serverError }); // the status is not written
  const [name = ''] = server.created;
  server.pod = undefined;
  deps.pods.forget(`n/${name}`); // the watch has shown the deletion
  await reconcileTaskRun(deps, 'n/run');
  expect(server.created).toEqual([name]);
  expect(server.statuses[1]).toMatchObject({ status: { podName: name } });
});
