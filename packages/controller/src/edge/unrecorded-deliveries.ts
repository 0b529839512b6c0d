/** CloudEvent deliveries whose result is not in the status of their TaskRun yet, because writing it failed. */

import type { DeliveryResult } from '../resources/cloud-events.js';

/** Attempts that the status does not show yet, by place in `cloudEvents`, with the time of each. */
export interface UnrecordedDelivery {
  readonly uid: string | undefined;
  readonly attempts: ReadonlyMap<number, { readonly result: DeliveryResult; readonly at: Date }>;
}

/** Attempts whose outcome could not be written yet, by key of the TaskRun. */
export type UnrecordedDeliveries = Map<string, UnrecordedDelivery>;
