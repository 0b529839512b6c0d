/** A namespace with a controller of its own on a cluster whose pods really run, for the tests of one `describe`. */

import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { isThorough } from '../../../../test/thorough.js';
import { startController, type Controller, type ControllerOptions } from '../../src/index.js';
import type { Pod } from '../../src/pod/pod-types.js';
import { collectingLog, type Harness } from './harness.js';
import { newNamespace, type Files, type TestCluster, type ClusterKind } from './test-cluster.js';

/** What tests have there. */
export class TestNamespace {
  readonly place: ClusterKind;
  readonly log = collectingLog();
  #unusable: string | undefined;
  #ground: TestCluster | undefined;
  #bench: Awaited<ReturnType<typeof newNamespace>> | undefined;
  #controller: Controller | undefined;

  constructor(place: ClusterKind) {
    this.place = place;
  }

  get cluster(): TestCluster {
    return this.#ground!;
  }

  get bench(): Harness {
    return this.#bench!;
  }

  async begin(files?: () => Promise<Files>): Promise<void> {
    this.#unusable = await this.place.unusable();
    if (this.#unusable !== undefined) return;
    this.#ground = await this.place.open(await files?.());
    this.#bench = await newNamespace(this.#ground.send, this.place);
    await this.start();
  }

  async end(): Promise<void> {
    await this.#bench?.remove();
    await this.stop();
    await this.#ground?.close();
  }

  /** Starts the controller. */
  async start(more: Partial<ControllerOptions> = {}): Promise<void> {
    const { send, images } = this.cluster;
    const { namespace } = this.bench;
    this.#controller = await startController({ send, images, namespace, log: this.log, ...more });
  }

  /** Stops it. */
  async stop(): Promise<void> {
    await this.#controller?.stop();
    this.#controller = undefined;
  }

  /** A test; where pods cannot run, that they cannot is all there is to see. */
  runs(title: string, body: () => Promise<void>): void {
    const cannot = (): void => expect(this.#unusable).toMatch(/^[A-Z_]+$/);
    test(title, async () => (this.#unusable === undefined ? body() : cannot()), 2 * this.place.patience);
  }

  /** A test that runs on the embedded cluster with THOROUGH=1 alone; on a real cluster it always runs. */
  runsThoroughly(title: string, body: () => Promise<void>): void {
    if (isThorough || this.place.name !== 'the embedded cluster') this.runs(title, body);
    else test.skip(title, body);
  }

  /** What a run's steps printed, by the step's name without what is drawn for it. */
  async logs(taskRun: string): Promise<Readonly<Record<string, string>>> {
    const { client, namespace } = this.bench;
    const pods = await this.bench.list<Pod>('Pod');
    const pod = pods.find(({ metadata }) => metadata.labels?.['tekton.dev/taskRun'] === taskRun);
    const name = pod?.metadata.name ?? '';
    const read = async ({ name: container }: { readonly name: string }): Promise<readonly [string, string]> => {
      const text = await new Response(await client.podLogs({ namespace, name }, { container })).text();
      return [container.replace(/^step-/, '').replace(/-[a-z0-9]{5}$/, ''), text];
    };
    return Object.fromEntries(await Promise.all((pod?.spec.containers ?? []).map(read)));
  }
}

/** One for the tests of this `describe`. @param files laid into the images of the controller's own steps */
export function testNamespace(place: ClusterKind, files?: () => Promise<Files>): TestNamespace {
  const setting = new TestNamespace(place);
  beforeAll(() => setting.begin(files), 300_000);
  afterAll(() => setting.end(), 60_000);
  return setting;
}
