/**
 * The Node object of this machine.
 *
 * Labels, taints and a cordon that a user sets take effect and persist. Capacity is large on every machine, because nothing is reserved
 * here: manifests sized for cluster nodes run on a laptop, and a request that no usual node could satisfy is still rejected.
 */

import { VERSION } from '../api/discovery/discovery.js';
import type { JsonObject } from '../model/json.js';
import type { Machine } from './machine.js';
import { ApiStatusError, type NodeApi } from './node-api.js';
import { timestamp } from '@pipewright/apimachinery';

/** Labels and resources beyond the default ones. */
export interface NodeShape {
  /** Added to the default labels. */
  readonly labels?: Readonly<Record<string, string>>;
  /** Added to the default resources, such as `{'nvidia.com/gpu': '1'}`. */
  readonly resources?: Readonly<Record<string, string>>;
}

/** The contents of a Node object. */
export interface NodeInfo {
  readonly name: string;
  readonly ip: string;
  readonly machine: Machine;
  /** The name of the container runtime. */
  readonly runtime: string;
}

const GI = 2 ** 30;

/** Creates the Node object, or updates the one of an earlier start. */
export async function registerNode(api: NodeApi, node: NodeInfo, shape: NodeShape, now: Date): Promise<JsonObject> {
  const { name, machine } = node;
  const offered = {
    cpu: String(Math.max(machine.cpus, 64)),
    memory: `${String(Math.max(Math.floor(machine.memoryBytes / GI), 64))}Gi`,
    'ephemeral-storage': '1Ti',
    pods: '1000',
    ...shape.resources,
  };
  const labels = { ...standardLabels(node), ...shape.labels };
  const status = { capacity: offered, allocatable: offered, conditions: conditions(now), ...observedStatus(node) };
  const path = `/api/v1/nodes/${name}`;
  try {
    await api.create('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
  } catch (error) {
    if (!(error instanceof ApiStatusError && error.status === 409)) throw error;
    await api.patch(path, { metadata: { labels } });
  }
  return api.patch<JsonObject>(`${path}/status`, { status });
}

const standardLabels = ({ name, machine: { os, architecture } }: NodeInfo): Readonly<Record<string, string>> => ({
  'kubernetes.io/hostname': name,
  'kubernetes.io/os': os,
  'kubernetes.io/arch': architecture,
  'beta.kubernetes.io/os': os,
  'beta.kubernetes.io/arch': architecture,
});

/** Kubelet's conditions; memory, disk and processes never have pressure, since nothing is reserved. */
const conditions = (now: Date): readonly object[] =>
  [
    ['MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'],
    ['DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'],
    ['PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'],
    ['Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'],
  ].map(([type, status, reason, message]) => ({
    type,
    status,
    reason,
    message,
    lastHeartbeatTime: timestamp(now),
    lastTransitionTime: timestamp(now),
  }));

const observedStatus = ({ ip, machine, runtime }: NodeInfo): object => ({
  addresses: [
    { type: 'InternalIP', address: ip },
    { type: 'Hostname', address: machine.hostname },
  ],
  nodeInfo: {
    machineID: '',
    systemUUID: '',
    bootID: '',
    kernelVersion: machine.kernel,
    osImage: machine.osImage,
    containerRuntimeVersion: `${runtime}://${VERSION.gitVersion}`,
    kubeletVersion: VERSION.gitVersion,
    kubeProxyVersion: '',
    operatingSystem: machine.os,
    architecture: machine.architecture,
  },
});
