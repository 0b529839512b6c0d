/** What clients and servers of the Kubernetes API share, as `k8s.io/apimachinery` does for Go: clock, transport, timestamps, quantities. */

export { every, laterTurn, createSystemClock as machineTime, sleep, systemClock, type Clock } from './clock.js';
export { canonicalQuantity, formatQuantity, isQuantity, nanosOf, parseQuantity } from './quantity.js';
export { isMicroTime, isTime, microTime, nanosecondTimestamp, timestamp } from './timestamp.js';
export { ORIGIN, type PlainRequest, type PlainResponse, type Send } from './transport.js';
