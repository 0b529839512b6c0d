/**
 * The Node object: how this machine is shown to kubectl and found by nodeSelector.
 *
 * Labels, taints and a cordon that a user sets on it count, and stay where the cluster is kept. It offers a large machine
 * whatever this one has, since nothing is reserved here: what is sized for a cluster's nodes runs on a laptop, and a
 * request that no usual node could meet is noticed.
 */

import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import type { JsonObject } from '../api/json.js';
import { ApiRefusal, type NodeApi } from './node-api.js';
import { wireTime } from './node-context.js';

/** Labels and resources beyond those every node has. */
export interface NodeShape {
  /** Laid over the usual ones. */
  readonly labels?: Readonly<Record<string, string>>;
  /** By name, as in `{'nvidia.com/gpu': '1'}`; laid over the usual ones. */
  readonly resources?: Readonly<Record<string, string>>;
}

const GI = 2 ** 30;

/** Makes the Node object, or brings the one of an earlier start up to date. */
export async function registerNode(
  api: NodeApi,
  { name, ip }: { readonly name: string; readonly ip: string },
  shape: NodeShape,
  now: Date,
): Promise<JsonObject> {
  const offered = {
    cpu: String(Math.max(cpus().length, 64)),
    memory: `${String(Math.max(Math.floor(totalmem() / GI), 64))}Gi`,
    'ephemeral-storage': '1Ti',
    pods: '1000',
    ...shape.resources,
  };
  const labels = { ...standardLabels(name), ...shape.labels };
  const status = { capacity: offered, allocatable: offered, conditions: [ready(now)], ...facts(ip) };
  const path = `/api/v1/nodes/${name}`;
  try {
    await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  } catch (error) {
    if (!(error instanceof ApiRefusal && error.status === 409)) throw error;
    await api.patch(path, { metadata: { labels } });
  }
  return api.patch<JsonObject>(`${path}/status`, { status });
}

const standardLabels = (name: string): Readonly<Record<string, string>> => {
  const os = platform();
  const machine = arch() === 'x64' ? 'amd64' : arch();
  return {
    'kubernetes.io/hostname': name,
    'kubernetes.io/os': os,
    'kubernetes.io/arch': machine,
    'beta.kubernetes.io/os': os,
    'beta.kubernetes.io/arch': machine,
  };
};

const ready = (now: Date): object => ({
  type: 'Ready',
  status: 'True',
  reason: 'KubeletReady',
  message: 'the embedded node is up',
  lastHeartbeatTime: wireTime(now),
  lastTransitionTime: wireTime(now),
});

const facts = (ip: string): object => ({
  addresses: [
    { type: 'InternalIP', address: ip },
    { type: 'Hostname', address: hostname() },
  ],
  nodeInfo: {
    kubeletVersion: 'pipewright',
    operatingSystem: platform(),
    architecture: arch(),
    kernelVersion: release(),
  },
});
