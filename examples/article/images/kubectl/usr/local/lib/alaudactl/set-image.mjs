/**
 * `kubectl set image deployment NAME CONTAINER=IMAGE` for an image without kubectl: a GET and a strategic merge PATCH with the
 * token, the authority and the address that Kubernetes gives every pod.
 */

import { readFileSync } from 'node:fs';
import { request } from 'node:https';

const account = process.env.SERVICE_ACCOUNT ?? '/var/run/secrets/kubernetes.io/serviceaccount';
const [name, container, image] = process.argv.slice(2);

/** @returns {Promise<{status: number, body: any}>} */
function call(method, path, body) {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
  const headers = {
    authorization: `Bearer ${readFileSync(`${account}/token`, 'utf8').trim()}`,
    accept: 'application/json',
    ...(body && { 'content-type': 'application/strategic-merge-patch+json' }),
  };
  return new Promise((resolve, reject) => {
    const sent = request({ host, port, method, path, headers, ca: readFileSync(`${account}/ca.crt`) }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: parsed(text) }));
    });
    sent.on('error', reject);
    sent.end(body && JSON.stringify(body));
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text };
  }
}

function fail(message) {
  console.error(message);
  process.exit(1);
}

const answered = ({ status, body }) =>
  status < 300 ? body : fail(`Error from server (${body.reason ?? status}): ${body.message}`);

if (!process.env.KUBERNETES_SERVICE_HOST) fail('error: this is no pod: KUBERNETES_SERVICE_HOST is not set');
const namespace = readFileSync(`${account}/namespace`, 'utf8').trim();
const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${encodeURIComponent(name)}`;
try {
  const { spec } = answered(await call('GET', path));
  if (!spec.template.spec.containers.some((one) => one.name === container))
    fail(`error: unable to find container named "${container}"`);
  answered(await call('PATCH', path, { spec: { template: { spec: { containers: [{ name: container, image }] } } } }));
  console.log(`deployment.apps/${name} image updated`);
} catch (cause) {
  fail(`Unable to connect to the server: ${cause.message}`);
}
