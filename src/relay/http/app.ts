/** The HTTP surface: routes, and errors in the shape that each client understands. */
import Router from '@koa/router';
import Koa, { type Context, type Middleware, type Next } from 'koa';
import { errorEnvelope, RelayError } from '../../errors.ts';
import { asObject } from '../../json.ts';
import type { Logger } from '../../logger.ts';
import { MODEL_ALIAS } from '../../names.ts';
import { shippedFacts } from '../../providers/model-facts.ts';
import { mergeFacts, toListEntry } from '../../providers/model-list.ts';
import type { ServedFacts } from '../../providers/model-servers.ts';
import { forCodex } from '../../translate/errors/codex.ts';
import { parseRequest } from '../../wire/request-schema.ts';
import { countInput } from '../exchange/count-input.ts';
import { newId } from '../exchange/ids.ts';
import { type RelayParts, respond } from '../exchange/respond.ts';
import type { GatewayOptions, Users } from '../gateway-options.ts';
import type { Refusal, ServedUpstream } from '../options.ts';
import { askForAllModels } from '../upstream/served-models.ts';
import { readJson } from './body.ts';
import { clientOf, isCodex, keyToPassOn, recogniseClient } from './client.ts';
import { tellNews } from './codex-news.ts';
import { compact } from './compact.ts';
import { authoriser, httpOnly, jsonOnly, knownHostsOnly } from './guard.ts';
import { HttpConnection } from './http-connection.ts';
import { parseOptionalInput } from './optional-input.ts';
import { answerReady, metricsRoute, probes } from './probes.ts';
import { statusRoute } from './status-route.ts';
import { routeStoredResponses } from './stored-responses.ts';
import { routeTargets } from './targets.ts';
import { asksForWebSocket } from './upgrade.ts';
import { partsByUser, userOf, visibleTo } from './user-parts.ts';
import type { WebSockets } from './web-sockets.ts';

export interface AppOptions {
  parts: RelayParts;
  token: string | undefined;
  maxBodyBytes: number;
  logger: Logger;
  version: string;
  onRefusal: (refusal: Refusal) => void;
  /** Host names that reach the relay, besides those of loopback. */
  publicHosts: ReadonlySet<string>;
  users: Users | undefined;
  metrics: GatewayOptions['metrics'];
  /** False once the relay is going to stop. */
  isReady: () => boolean;
  /** Entries in the format of Codex's model catalog. */
  codexModels: (upstreams: readonly ServedUpstream[]) => readonly object[];
  /** Undefined: requests for a WebSocket are answered with 426. */
  webSockets: WebSockets | undefined;
}

interface RouteOptions extends AppOptions {
  /** The relay's parts as the client of a request may use them. */
  partsOf: (ctx: Context) => RelayParts;
  /** Rejects a request that may not be answered, or no longer. */
  authorise: (ctx: Context) => Promise<void>;
}

export function createApp(app: AppOptions): Koa {
  const { token, users, onRefusal, publicHosts, isReady } = app;
  const authorise = authoriser({ token, users, onRefusal });
  const options: RouteOptions = { ...app, partsOf: partsByUser(app.parts), authorise };
  const koa = new Koa();
  koa.use(answerErrors(options.logger));
  if (users !== undefined || publicHosts.size > 0) koa.use(probes(isReady));
  koa.use(knownHostsOnly(publicHosts));
  koa.use(statusRoute(token));
  koa.use(metricsRoute(options.metrics));
  koa.use(async (ctx, next) => {
    await authorise(ctx);
    await next();
  });
  if (options.webSockets === undefined) koa.use(httpOnly);
  koa.use(jsonOnly);
  koa.use(routes(options));
  koa.use(notFound);
  koa.on('error', (error: Error) => options.logger.debug(`http: ${error.message}`));
  return koa;
}

function routes(options: RouteOptions): ReturnType<Router['routes']> {
  const router = new Router();
  // Some clients are given the base URL without /v1; both paths mean the same.
  for (const prefix of ['', '/v1']) {
    router.post(`${prefix}/responses`, (ctx) => createResponse(ctx, options));
    router.get(`${prefix}/responses`, (ctx, next) => openWebSocket(ctx, next, options));
    router.post(`${prefix}/responses/compact`, (ctx) => compactConversation(ctx, options));
    router.post(`${prefix}/responses/input_tokens`, (ctx) => countTokens(ctx, options));
    router.get(`${prefix}/models`, (ctx) => listModels(ctx, options));
    // Names contain slashes, plain or encoded.
    router.get(`${prefix}/models/*name`, (ctx) => findModel(ctx, `${prefix}/models/`, options));
    routeStoredResponses(router, prefix, options.partsOf);
  }
  routeTargets(router, options.parts.routing);
  router.get('/healthz', (ctx) => {
    ctx.body = { status: 'ok', version: options.version, running: options.parts.running.count };
  });
  router.get('/readyz', (ctx) => answerReady(ctx, options.isReady()));
  return router.routes();
}

async function createResponse(ctx: Context, options: RouteOptions): Promise<void> {
  const request = parseRequest(await readJson(ctx.req, options.maxBodyBytes));
  if (isCodex(ctx)) tellNews(request, ctx.headers, options.parts.warnOnce);
  const client = clientOf(ctx, clientKey(ctx, options));
  const connection = new HttpConnection(ctx.res);
  const { response, error } = await respond(request, client, connection, options.partsOf(ctx));
  // A stream has already told everything, even its failure: Koa must not answer again.
  if (ctx.res.headersSent) ctx.respond = false;
  else if (error === undefined) ctx.body = response;
  else throw error;
}

async function openWebSocket(ctx: Context, next: Next, options: RouteOptions): Promise<void> {
  if (options.webSockets === undefined || !asksForWebSocket(ctx.req)) return next();
  options.webSockets.accept(ctx, {
    // The user may have been removed, or given other rights, since the socket was opened.
    partsNow: async () => {
      await options.authorise(ctx);
      return options.partsOf(ctx);
    },
    logger: options.logger,
    isCodex: isCodex(ctx),
    onRequest: (request) => {
      if (isCodex(ctx)) tellNews(request, ctx.headers, options.parts.warnOnce);
    },
    clientOf: (metadata) => clientOf(ctx, clientKey(ctx, options), metadata),
    asRelayError: (cause) => asRelayError(cause, options.logger),
  });
}

async function compactConversation(ctx: Context, options: RouteOptions): Promise<void> {
  const body = await readJson(ctx.req, options.maxBodyBytes);
  const client = clientOf(ctx, clientKey(ctx, options));
  ctx.body = await compact(body, client, new HttpConnection(ctx.res), options.partsOf(ctx));
}

/** A guess (see `countInput`). Like OpenAI's route, it needs neither a model nor an input. */
async function countTokens(ctx: Context, options: RouteOptions): Promise<void> {
  const body = asObject(await readJson(ctx.req, options.maxBodyBytes));
  const request = parseOptionalInput(body && { ...body, model: body['model'] ?? MODEL_ALIAS });
  const input_tokens = await countInput(
    request,
    clientOf(ctx, clientKey(ctx, options)),
    options.partsOf(ctx),
  );
  ctx.body = { object: 'response.input_tokens', input_tokens };
}

/** The client's own key, to be passed on. Our own tokens never are. */
function clientKey(ctx: Context, { token, users, parts }: AppOptions): string | undefined {
  return token === undefined && users === undefined ? keyToPassOn(ctx, parts.routing.active) : undefined;
}

/**
 * One body for two kinds of readers: `data` is OpenAI's list, `models` is what Codex looks for. Codex, which names its
 * release in the query, needs entries of about 10 KB each; other clients do not get them.
 */
async function listModels(ctx: Context, options: AppOptions): Promise<void> {
  const { routing, upstream } = options.parts;
  const all = await askForAllModels(routing, upstream, clientKey(ctx, options));
  const upstreams = visibleTo(userOf(ctx), all);
  ctx.body = {
    object: 'list',
    data: modelEntries(upstreams),
    // What the alias stands for; the doctor reads it.
    chosen: options.parts.routing.chosenModel() ?? null,
    models: 'client_version' in ctx.query ? options.codexModels(upstreams) : [],
  };
}

async function findModel(ctx: Context, path: string, options: AppOptions): Promise<void> {
  const { routing, upstream } = options.parts;
  const name = decoded(ctx.path.slice(path.length));
  const all = await askForAllModels(routing, upstream, clientKey(ctx, options));
  const entries = modelEntries(visibleTo(userOf(ctx), all));
  const entry = entries.find(({ id }) => id === name);
  if (entry === undefined) {
    const names = routing.providers.map(({ profile }) => profile.name).join(' or ');
    throw new RelayError('model_not_found', `${names} lists no model "${name}".`, { param: 'model' });
  }
  ctx.body = entry;
}

function modelEntries(upstreams: readonly ServedUpstream[]) {
  return upstreams.flatMap(({ id, preset: { profile }, listed = [], describesImages }) =>
    listed.map((model) => {
      const { id: preset } = profile;
      const seen = describesImages && { images: true };
      const facts = mergeFacts<ServedFacts>(shippedFacts(preset, model.id), model, seen);
      return toListEntry({ ...facts, id: upstreams.length === 1 ? model.id : `${id}/${model.id}` }, preset);
    }),
  );
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A lone percent sign is not an encoding: take the name literally.
    return path;
  }
}

const notFound: Middleware = (ctx) => {
  throw new RelayError('not_found', `The relay has no route ${ctx.method} ${ctx.path}.`);
};

function answerErrors(logger: Logger): Middleware {
  return async (ctx, next) => {
    recogniseClient(ctx);
    // The response's own id replaces it as soon as there is one.
    ctx.set('x-request-id', newId('req'));
    try {
      await next();
    } catch (cause) {
      const error = asRelayError(cause, logger);
      if (ctx.headerSent || ctx.res.destroyed) {
        ctx.respond = false;
        return;
      }
      answer(ctx, error);
    }
  };
}

function asRelayError(cause: unknown, logger: Logger): RelayError {
  if (cause instanceof RelayError) return cause;
  const what = cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
  logger.error(`unexpected: ${what}`);
  return new RelayError('internal_error', 'The relay failed on this request; its log has the details.', {
    cause,
  });
}

function answer(ctx: Context, error: RelayError): void {
  // The rest of an unread body would be taken for the next request.
  if (!ctx.req.complete) ctx.set('connection', 'close');
  if (isCodex(ctx) && ctx.method === 'POST') {
    // Any other status makes Codex retry five times, and with most it hides the message.
    ctx.status = 400;
    ctx.type = 'text/plain';
    ctx.body = forCodex(error).message;
    return;
  }
  ctx.status = error.status;
  if (error.retryAfterSeconds !== undefined) ctx.set('retry-after', String(error.retryAfterSeconds));
  ctx.body = errorEnvelope(error);
}
