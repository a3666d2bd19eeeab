/** The relay without HTTP: the provider in force, what is retained, and the requests that are running. */

import { messageOf, RelayError } from '../errors.ts';
import type { HistoryStore } from '../history/store.ts';
import type { Logger } from '../logger.ts';
import { profileFor } from '../providers/index.ts';
import type { ListedModel } from '../providers/model-list.ts';
import type { ReasoningSeal } from '../translate/reasoning/reasoning.ts';
import { inputItems } from '../translate/request/to-chat-request.ts';
import { ResponseStream } from '../translate/stream/reducer.ts';
import type { ToolTable } from '../translate/tools/table.ts';
import type { InputItem, ResponseResource, ResponsesRequest } from '../wire/responses.ts';
import { Exchange, newId } from './exchange/exchange.ts';
import { calledToolsLine, requestLine, responseToolsLine, upstreamToolsLine } from './exchange/log-lines.ts';
import { carriesReasoning, retainReasoning, translateWithMemory } from './exchange/reasoning-memory.ts';
import type { RequestReport, UpstreamOptions } from './options.ts';
import { type Provider, resolveProvider, upstreamModel } from './routing/provider.ts';
import { withoutKey } from './upstream/redact.ts';
import type { Upstream } from './upstream/upstream.ts';

export interface ServiceOptions {
  provider: Provider;
  upstream: Upstream;
  history: HistoryStore;
  seal: ReasoningSeal;
  logger: Logger;
  toolDenylist: ReadonlySet<string>;
  keepAliveMs: number;
  stallMs: number;
  onRequest: (report: RequestReport) => void;
}

/** What HTTP knows of the client that the translation needs. */
export interface Client {
  isCodex: boolean;
  /** Sent upstream where no key is configured. */
  bearer: string | undefined;
}

export class RelayService {
  readonly #options: ServiceOptions;
  readonly #running = new Map<string, Exchange>();
  /** Kinds of hosted tools whose absence the log has mentioned. */
  readonly #mentionedTools = new Set<string>();
  /** Names of models that the provider does not serve, and that the log has mentioned. */
  readonly #mentionedModels = new Set<string>();
  /** What the log has said of changes to requests, each once. */
  readonly #notes = new Set<string>();
  #provider: Provider;
  /** What the provider in force lists; undefined until it was asked. */
  #served: ReadonlySet<string> | undefined;

  constructor(options: ServiceOptions) {
    this.#options = options;
    this.#provider = options.provider;
  }

  get provider(): Provider {
    return this.#provider;
  }

  get history(): HistoryStore {
    return this.#options.history;
  }

  get runningCount(): number {
    return this.#running.size;
  }

  /** A response that is being made, as it stands; undefined when there is none, or none that may be stored. */
  runningResponse(responseId: string): ResponseResource | undefined {
    const response = this.#running.get(responseId)?.response;
    return response?.store ? response : undefined;
  }

  /**
   * Ends a running request; its own client gets `response.failed`. What was finished of the response can be
   * retrieved and continued. Undefined when nothing of that id is running.
   */
  async cancel(responseId: string): Promise<ResponseResource | undefined> {
    const exchange = this.#running.get(responseId);
    if (exchange === undefined) return undefined;
    exchange.cancel(new RelayError('cancelled', 'The response was cancelled.'));
    await exchange.ended;
    // It may have been complete already.
    if (exchange.response.status !== 'failed') return exchange.response;
    const response: ResponseResource = { ...exchange.response, status: 'cancelled', error: null };
    await this.#record(exchange.request, response);
    return response;
  }

  use(upstream: UpstreamOptions): void {
    this.#provider = resolveProvider(upstream);
    this.#served = undefined;
    this.#options.logger.info(
      `upstream: ${this.#provider.profile.name} at ${new URL(this.#provider.baseUrl).host}`,
    );
  }

  async models(bearer?: string): Promise<ListedModel[]> {
    const provider = this.#provider;
    const apiKey = provider.apiKey ?? bearer;
    const listed = await this.#options.upstream.models({
      provider,
      apiKey,
      signal: new AbortController().signal,
    });
    if (provider === this.#provider) this.#served = new Set(listed.map(({ id }) => id));
    return listed;
  }

  /** Translates a request; the exchange then runs it. */
  async begin(request: ResponsesRequest, client: Client): Promise<Exchange> {
    const { upstream, logger, toolDenylist, seal, keepAliveMs, stallMs } = this.#options;
    const provider = this.#provider;
    const model = this.#modelFor(provider, request.model);
    const profile = profileFor(provider.preset, model);
    const history = await this.#earlierItems(request);
    const translation = await translateWithMemory(
      request,
      { profile, model, history, toolDenylist, seal },
      this.#options.history,
    );
    logger.debug(responseToolsLine(request));
    logger.debug(upstreamToolsLine(translation.body));
    this.#mentionDropped(translation.tools.dropped);
    for (const note of translation.notes) this.#mention(note);

    const apiKey = provider.apiKey ?? client.bearer;
    const responseId = newId('resp');
    const stream = new ResponseStream({
      request,
      profile,
      model,
      tools: translation.tools,
      responseId,
      newId,
      now: () => Math.floor(Date.now() / 1000),
      seal,
      isCodex: client.isCodex,
      redact: (text) => withoutKey(text, apiKey),
    });
    const exchange = new Exchange({
      upstream,
      provider,
      apiKey,
      request,
      model,
      translation,
      stream,
      isCodex: client.isCodex,
      keepAliveMs,
      stallMs,
      onEnd: (response) => this.#retain(request, response, translation.tools),
      onReport: (report) => this.#report(report),
    });
    this.#running.set(responseId, exchange);
    return exchange;
  }

  /** Ends all running requests: their clients get `response.failed`. */
  cancelAll(): void {
    for (const exchange of this.#running.values()) {
      exchange.cancel(new RelayError('cancelled', 'The relay was stopped.'));
    }
  }

  #modelFor(provider: Provider, requested: string): string {
    const model = upstreamModel(provider, requested, this.#served);
    const isStandIn = model === provider.model && model !== upstreamModel(provider, requested, undefined);
    if (isStandIn && !this.#mentionedModels.has(requested)) {
      this.#mentionedModels.add(requested);
      this.#options.logger.warn(
        `${provider.profile.name} does not list the model "${requested}": ${model} answers instead`,
      );
    }
    return model;
  }

  async #earlierItems(request: ResponsesRequest): Promise<readonly InputItem[]> {
    const id = request.previous_response_id;
    if (!id) return [];
    const items = await this.#options.history.conversation(id);
    if (items !== undefined) return items;
    throw new RelayError('previous_response_not_found', `Previous response with id '${id}' not found.`, {
      param: 'previous_response_id',
    });
  }

  /** Keeps what a later request may refer to. The answer is worth more than its record: failures are logged. */
  async #retain(request: ResponsesRequest, response: ResponseResource, tools: ToolTable): Promise<void> {
    if (response.status !== 'completed' && response.status !== 'incomplete') return;
    const { history, seal, logger } = this.#options;
    try {
      if (!carriesReasoning(request)) await retainReasoning(response, tools, seal, history);
    } catch (error) {
      logger.error(`history: reasoning of response ${response.id} was not kept: ${messageOf(error)}`);
    }
    await this.#record(request, response);
  }

  async #record(request: ResponsesRequest, response: ResponseResource): Promise<void> {
    if (!response.store) return;
    const { history, logger } = this.#options;
    const input = inputItems(request.input).map((item) => (item.id ? item : { ...item, id: newId('msg') }));
    try {
      await history.record({ response, input });
    } catch (error) {
      logger.error(`history: response ${response.id} was not kept: ${messageOf(error)}`);
    }
  }

  #mentionDropped(kinds: ReadonlySet<string>): void {
    for (const kind of kinds) {
      if (this.#mentionedTools.has(kind)) continue;
      this.#mentionedTools.add(kind);
      this.#options.logger.warn(
        `tool "${kind}" is hosted by OpenAI and has no Chat Completions form: left out`,
      );
    }
  }

  #mention(note: string): void {
    if (this.#notes.has(note)) return;
    this.#notes.add(note);
    this.#options.logger.warn(note);
  }

  #report(report: RequestReport): void {
    const { logger, onRequest } = this.#options;
    if (report.state !== 'running') {
      this.#running.delete(report.id);
      logger.debug(calledToolsLine(report));
      logger.info(requestLine(report));
    }
    try {
      onRequest(report);
    } catch (error) {
      // The answer is not the observer's to break, nor are the timers of its stream to be left behind.
      logger.error(`onRequest: the host's callback failed: ${messageOf(error)}`);
    }
  }
}
