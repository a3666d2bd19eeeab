/** What the log and the host are told about an exchange: names and counts, no content. */
import { hash } from 'node:crypto';
import { messageOf, RelayError } from '../../errors.ts';
import { asObject, type JsonObject } from '../../json.ts';
import type { Logger } from '../../logger.ts';
import type { Tool } from '../../wire/responses.ts';
import type { PassedOver, RequestReport, Waiting } from '../options.ts';
import { roleOf } from '../roles.ts';
import type { Target } from '../routing/target.ts';
import { type Attempt, type Exchange, type Outcome, refusesWire, type Translation } from './exchange.ts';

export interface ReportOptions {
  logger: Logger;
  onRequest: (report: RequestReport) => void;
}

// The debug lines that name tools keep the original program's wording (codex-relay 0.3.1).

export function reportStart(exchange: Exchange, target: Target, options: ReportOptions): void {
  options.logger.debug(`response tools=${list((exchange.request.tools ?? []).map(declaredName))}`);
  tellHost(reportOf(exchange, target, 'running'), options);
}

/** Reports that the relay waits before it asks the target again; undefined: the wait is over. */
export function reportWait(
  exchange: Exchange,
  target: Target,
  waiting: Waiting | undefined,
  options: ReportOptions,
): void {
  tellHost({ ...reportOf(exchange, target, 'running'), ...(waiting && { waiting }) }, options);
}

/** Reports what is about to be sent to a target. */
export function reportTools(translation: Translation, { logger }: Pick<ReportOptions, 'logger'>): void {
  logger.debug(`upstream tools=${list(upstreamNames(translation))}`);
}

export function reportEnd(exchange: Exchange, outcome: Outcome, options: ReportOptions): void {
  const report = endReport(exchange, outcome);
  const kind = report.stream ? 'upstream stream function_calls' : 'upstream function_calls';
  options.logger.debug(`${kind}=${list(report.calledTools)}`);
  for (const note of outcome.attempt.reducer.notes) options.logger.info(note);
  options.logger.info(requestLine(report));
  // For some codes Codex shows a sentence of its own and never the numbers that the provider gave.
  if (report.error !== undefined && report.state === 'failed') {
    const { provider, upstreamModel, error } = report;
    options.logger.warn(`${provider} ${upstreamModel} failed: ${error.code}: ${error.message}`);
  }
  tellHost(report, options);
}

/** Reports that the relay itself failed, before any target could. */
export function reportFailure(
  exchange: Exchange,
  target: Target,
  error: unknown,
  options: ReportOptions,
): void {
  const code = error instanceof RelayError ? error.code : 'internal_error';
  const report: RequestReport = {
    ...reportOf(exchange, target, 'failed'),
    durationMs: Math.round(performance.now() - exchange.beganAt),
    error: { code, message: messageOf(error) },
  };
  options.logger.info(requestLine(report));
  tellHost(report, options);
}

function tellHost(report: RequestReport, { logger, onRequest }: ReportOptions): void {
  try {
    onRequest(report);
  } catch (error) {
    // An observer must neither break the answer nor leave the timers of its stream running.
    logger.error(`onRequest: the host's callback failed: ${messageOf(error)}`);
  }
}

function endReport(exchange: Exchange, { attempt, response, error }: Outcome): RequestReport {
  return {
    ...reportOf(exchange, attempt.target, endState(response, error?.code)),
    durationMs: Math.round(performance.now() - exchange.beganAt),
    ...costsOf(attempt),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  };
}

/** What the provider states that an attempt took. */
function costsOf({ reducer }: Attempt): Pick<RequestReport, 'usage' | 'costUsd'> {
  const { statedCost } = reducer;
  const { usage } = reducer.response;
  return {
    ...(usage === null
      ? {}
      : {
          usage: {
            inputTokens: usage.input_tokens,
            cachedTokens: usage.input_tokens_details.cached_tokens,
            cacheWriteTokens: usage.input_tokens_details.cache_write_tokens,
            outputTokens: usage.output_tokens,
            reasoningTokens: usage.output_tokens_details.reasoning_tokens,
          },
        }),
    ...(statedCost === undefined ? {} : { costUsd: statedCost }),
  };
}

function reportOf(exchange: Exchange, target: Target, state: RequestReport['state']): RequestReport {
  const { id, request, client, threads, startedAt, beganAt, firstTokenAt, attempts } = exchange;
  const { provider } = target;
  const { service } = provider;
  const thread = threadName(threads.conversation);
  const role = roleOf(client.labels, request);
  // Switching to the other wire is not a failure of the target.
  const passed = attempts.slice(0, -1).filter((attempt) => !refusesWire(attempt));
  return {
    id,
    state,
    provider: provider.label,
    upstream: provider.id,
    ...(service === undefined ? {} : { service }),
    ...(thread === undefined ? {} : { thread }),
    model: request.model,
    upstreamModel: target.model,
    stream: request.stream === true,
    startedAt,
    ...(client.turn === undefined ? {} : { turn: client.turn }),
    ...(role === undefined ? {} : { role }),
    ...(firstTokenAt === undefined ? {} : { firstTokenMs: Math.round(firstTokenAt - beganAt) }),
    calledTools: attempts.at(-1)?.reducer.calledTools ?? [],
    ...wireFacts(target, attempts.at(-1)),
    ...(passed.length === 0 ? {} : { passedOver: passed.map(passedOver) }),
  };
}

/** What is worth telling about the Responses API; Chat Completions is the rule and goes unmentioned. */
function wireFacts({ wire }: Target, attempt: Attempt | undefined): Pick<RequestReport, 'wire' | 'repairs'> {
  const spoken = attempt?.target.wire ?? wire;
  if (spoken === 'chat') return {};
  const translation = attempt?.translation;
  const sent = translation?.wire === 'responses' ? translation.repairs : [];
  const received = attempt !== undefined && 'repairs' in attempt.reducer ? attempt.reducer.repairs : [];
  const repairs = [...sent, ...received];
  return { wire: spoken, ...(repairs.length > 0 && { repairs }) };
}

/** Keeps threads apart without telling the client's own ids. */
export function threadName(thread: string | undefined): string | undefined {
  return thread === undefined ? undefined : hash('sha256', thread).slice(0, 12);
}

function passedOver(attempt: Attempt): PassedOver {
  const { target, reducer } = attempt;
  const { provider, model, wire } = target;
  const { code = '', message = '' } = reducer.error ?? {};
  const costs = costsOf(attempt);
  const { inputTokens = 0, outputTokens = 0 } = costs.usage ?? {};
  const isCharged = inputTokens + outputTokens > 0 || (costs.costUsd ?? 0) > 0;
  return {
    provider: provider.label,
    model,
    code,
    message,
    ...(isCharged && {
      spent: {
        upstream: provider.id,
        ...(provider.service !== undefined && { service: provider.service }),
        ...(wire === 'responses' && { wire }),
        ...costs,
      },
    }),
  };
}

function endState({ status }: Outcome['response'], errorCode: string | undefined): RequestReport['state'] {
  if (errorCode === 'cancelled') return 'cancelled';
  return status === 'in_progress' ? 'failed' : status;
}

function requestLine(report: RequestReport): string {
  const { provider, model, upstreamModel, state, durationMs = 0, firstTokenMs, usage, error } = report;
  const names = model === upstreamModel ? model : `${model} -> ${upstreamModel}`;
  const timing =
    firstTokenMs === undefined ? `${durationMs} ms` : `${durationMs} ms (first token ${firstTokenMs} ms)`;
  const tokens =
    usage === undefined
      ? 'tokens unknown'
      : `tokens in=${usage.inputTokens} cached=${usage.cachedTokens} out=${usage.outputTokens} reasoning=${usage.reasoningTokens}`;
  const failure = error === undefined ? '' : ` ${error.code}`;
  const { wire, repairs = [] } = report;
  const road = wire === undefined ? '' : ` wire=${wire} repairs=${list(repairs)}`;
  return `${provider} ${names} ${state}${failure} ${timing} ${tokens}${road}`;
}

function upstreamNames({ body: { tools = [] } }: Translation): string[] {
  return tools.map((tool) => {
    const { type, function: declared, name } = tool as JsonObject;
    return String(asObject(declared)?.['name'] ?? name ?? type);
  });
}

function declaredName(tool: Tool): string {
  if (tool.type !== 'namespace') return tool.name ?? tool.type;
  return `${tool.name}[${(tool.tools ?? []).map((member) => member.name).join(',')}]`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '-' : names.join(',');
}
