/**
 * The API server: a function from Request to Response.
 *
 *     authenticate ─▶ parse ─▶ authorize ─▶ objects · discovery · reviews · logs
 *
 * It does not listen: `serve.ts` adds TLS for kubectl, and callers in this process call it directly. Every `StatusError` that is thrown
 * below becomes a `Status` here.
 */

import type { Send } from '@pipewright/apimachinery';
import { requirePermission } from './auth/authorization.js';
import { impersonate } from './auth/impersonation.js';
import { handleObjects } from './verbs/object-handler.js';
import type { ObjectsContext } from './verbs/object-request.js';
import { aggregated, aggregatedVersion, discover, discoveryPaths, versionInfo } from './discovery/discovery.js';
import { ANONYMOUS, type User } from './auth/identity.js';
import type { JsonObject } from '../model/json.js';
import type { OpenApiV3 } from './discovery/openapi-v3.js';
import { metricsText, type RequestCounts } from './metrics.js';
import type { OpenApiV2 } from './discovery/openapi-v2.js';
import { toServerRequest, jsonContent, toPlain, toWeb, type Answer, type ServerRequest } from './wire/plain-request.js';
import type { PlainRequest, PlainResponse } from '@pipewright/apimachinery';
import { noSuchPath, StatusError, statusObject, unauthorized } from './status-error.js';
import { requestInfo, segmentsOf, type PathRequest, type RequestInfo } from './request-info.js';
import type { EventLoopYield } from './event-loop-yield.js';

/** Dependencies of the server. */
export interface ServerContext extends ObjectsContext {
  readonly eventLoopYield: EventLoopYield;
  /** Requests answered so far. */
  readonly counts: RequestCounts;
  readonly openApiV2: OpenApiV2;
  readonly openApiV3: OpenApiV3;
  /** The location of the log, for error messages. */
  readonly logPlace?: string;
  /** Logs an internal error. */
  readonly onBug: (error: unknown, request: Pick<ServerRequest, 'method' | 'url'>) => void;
}

/** Returns the server for one user, without authentication. */
export function sendAs(context: ServerContext, user: User): Send {
  const identify = (): User => user;
  const send = async (request: Request): Promise<Response> => {
    await context.eventLoopYield.yieldIfDue();
    return answer(context, identify, request, toWeb);
  };
  const plain = async (request: PlainRequest): Promise<PlainResponse> => {
    const turn = context.eventLoopYield.yieldIfDue();
    if (turn) await turn;
    return answer(context, identify, toServerRequest(request), toPlain);
  };
  return Object.assign(send, { plain });
}

/** Returns the server for clients that authenticate with a bearer token. */
export const sendWithTokens = (context: ServerContext): Send => {
  const identify = (request: ServerRequest): User => {
    const header = request.headers.get('authorization');
    if (header === null || header === '') return ANONYMOUS;
    const token = /^Bearer\s+(\S+)$/i.exec(header)?.[1];
    const user = token === undefined ? undefined : context.authenticate(token);
    if (!user) throw unauthorized();
    return user;
  };
  return (request) => answer(context, identify, request, toWeb);
};

/** Handles a request and converts its answer; any error, also of the conversion, becomes a Status. */
async function answer<T>(
  context: ServerContext,
  identify: (request: ServerRequest) => User,
  request: ServerRequest,
  form: (answer: Answer | Response) => T | Promise<T>,
): Promise<T> {
  let info: RequestInfo | undefined;
  try {
    info = requestInfo(request.method, request.url);
    const user = impersonate(context.api, identify(request), request);
    requirePermission(context.api, user, info);
    const handled =
      info.kind === 'path' ? handlePath(context, request, info) : await handleObjects(context, { request, info, user });
    const formed = await form(handled);
    context.counts.add(context.api, info, handled.status);
    return formed;
  } catch (error) {
    if (info) context.counts.add(context.api, info, error instanceof StatusError ? error.code : 500);
    if (error instanceof StatusError) return form(statusResponse(error));
    context.onBug(error, request);
    const logHint = context.logPlace === undefined ? '' : ` (${context.logPlace})`;
    const message = `Internal error occurred: see the log of the cluster${logHint}`;
    return form(statusResponse(new StatusError(500, 'InternalError', message)));
  }
}

const json = (body: JsonObject, status = 200, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  content: jsonContent(body),
});

function statusResponse(refusal: StatusError): Answer {
  const retry = refusal.details?.retryAfterSeconds;
  const headers = { ...(retry !== undefined && { 'retry-after': String(retry) }) };
  return json(statusObject(refusal), refusal.code, headers);
}

const HEALTH = /^\/(healthz|livez|readyz)(\/[\w-]+)?$/;

function handlePath(context: ServerContext, request: ServerRequest, info: PathRequest): Answer | Response {
  const { api, counts } = context;
  const { path, verb, query } = info;
  if (verb !== 'get') throw noSuchPath();
  const [, check] = HEALTH.exec(path) ?? [];
  if (check !== undefined) return plainText(query.has('verbose') ? verboseHealth(check) : 'ok');
  if (path === '/metrics') return plainText(metricsText(api, counts), '; version=0.0.4');
  if (path === '/version' || path === '/version/') return json(versionInfo());
  if (path.startsWith('/openapi/v3')) return context.openApiV3.answer(path);
  if (path === '/openapi/v2') return context.openApiV2.answer(request.headers.get('accept') ?? '');
  const version = aggregatedVersion(request.headers.get('accept') ?? '');
  const [root, ...below] = segmentsOf(path);
  if (version && (root === 'api' || root === 'apis') && below.length === 0) {
    const type = `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
    return json(aggregated(api.catalog, root === 'api', version), 200, { 'content-type': type, vary: 'Accept' });
  }
  const found = discover(api.catalog, path);
  if (found) return json(found);
  if (path === '/' || path === '') return json({ paths: discoveryPaths(api.catalog) });
  throw noSuchPath();
}

const plainText = (text: string, parameters = ''): Response =>
  new Response(text, { headers: { 'content-type': `text/plain${parameters}; charset=utf-8` } });

const verboseHealth = (check: string): string =>
  ['ping', 'etcd'].map((each) => `[+]${each} ok\n`).join('') + `${check} check passed\n`;
