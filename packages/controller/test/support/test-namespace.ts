/** A namespace with its own controller on a cluster with real pods, for the tests of one `describe`. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isThorough } from '../../../../test/thorough.js';
import { startController, type RunningController, type ControllerOptions } from '../../src/index.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { collectingLog, type Harness } from './harness.js';
import { newNamespace, type Files, type TestCluster, type ClusterKind } from './test-cluster.js';

/** The namespace, with operations for tests. */
export class TestNamespace {
  readonly clusterKind: ClusterKind;
  readonly log = collectingLog();
  #unusable: string | undefined;
  #cluster: TestCluster | undefined;
  #harness: Awaited<ReturnType<typeof newNamespace>> | undefined;
  #controller: RunningController | undefined;

  constructor(clusterKind: ClusterKind) {
    this.clusterKind = clusterKind;
  }

  get cluster(): TestCluster {
    return this.#cluster!;
  }

  get harness(): Harness {
    return this.#harness!;
  }

  async open(files?: () => Promise<Files>): Promise<void> {
    this.#unusable = await this.clusterKind.unusableReason();
    if (this.#unusable !== undefined) return;
    this.#cluster = await this.clusterKind.open(await files?.());
    this.#harness = await newNamespace(this.#cluster.send, this.clusterKind);
    await this.startController();
  }

  async close(): Promise<void> {
    await this.#harness?.remove();
    await this.stopController();
    await this.#cluster?.close();
  }

  /** Starts the controller. */
  async startController(options: Partial<ControllerOptions> = {}): Promise<void> {
    const { send, images } = this.cluster;
    const { namespace } = this.harness;
    this.#controller = await startController({ send, images, namespace, log: this.log, ...options });
  }

  /** Stops the controller. */
  async stopController(): Promise<void> {
    await this.#controller?.stop();
    this.#controller = undefined;
  }

  /** Defines a test. If pods cannot run, it only checks that the reason is a problem code. */
  runs(title: string, body: () => Promise<void>): void {
    const expectReason = (): void => expect(this.#unusable).toMatch(/^[A-Z_]+$/);
    test(title, async () => (this.#unusable === undefined ? body() : expectReason()), 2 * this.clusterKind.timeoutMs);
  }

  /** Defines a test that runs on the embedded cluster only with THOROUGH=1; on a real cluster it always runs. */
  runsThoroughly(title: string, body: () => Promise<void>): void {
    if (isThorough || this.clusterKind.name !== 'the embedded cluster') this.runs(title, body);
    else test.skip(title, body);
  }

  /** Returns the logs of a run's steps, by the step's name without its hash suffix. */
  async logs(taskRun: string): Promise<Readonly<Record<string, string>>> {
    const { client, namespace } = this.harness;
    const pods = await this.harness.list<Pod>('Pod');
    const pod = pods.find(({ metadata }) => metadata.labels?.['tekton.dev/taskRun'] === taskRun);
    const name = pod?.metadata.name ?? '';
    const readLog = async ({ name: container }: { readonly name: string }): Promise<readonly [string, string]> => {
      const text = await new Response(await client.podLogs({ namespace, name }, { container })).text();
      return [container.replace(/^step-/, '').replace(/-[a-z0-9]{5}$/, ''), text];
    };
    return Object.fromEntries(await Promise.all((pod?.spec.containers ?? []).map(readLog)));
  }
}

/** Creates one for the tests of this `describe`. @param files added to the images of the controller's own steps */
export function newTestNamespace(clusterKind: ClusterKind, files?: () => Promise<Files>): TestNamespace {
  const testNamespace = new TestNamespace(clusterKind);
  beforeAll(() => testNamespace.open(files), 300_000);
  afterAll(() => testNamespace.close(), 60_000);
  return testNamespace;
}
