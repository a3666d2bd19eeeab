/** A relay over a scripted upstream, and a client that speaks to it over real HTTP. */
import { request as httpRequest } from 'node:http';
import { text as readAll } from 'node:stream/consumers';
import { type RelayHandle, type RelayOptions, start } from '../../src/index.ts';
import type { ResponseEvent, ResponseResource } from '../../src/wire/responses.ts';
import { type Script, type ScriptedUpstream, startScriptedUpstream } from './scripted-upstream.ts';

export interface Rig {
  relay: RelayHandle;
  upstream: ScriptedUpstream;
  /** Lines of the log, as `level message`. */
  log: string[];
  post(body: unknown, headers?: Record<string, string>, path?: string): Promise<Response>;
  stop(): Promise<void>;
}

export async function startRig(
  script: Script,
  options: RelayOptions = {},
  models?: Parameters<typeof startScriptedUpstream>[1],
): Promise<Rig> {
  const upstream = await startScriptedUpstream(script, models);
  const log: string[] = [];
  const line = (level: string) => (message: string) => log.push(`${level} ${message}`);
  const relay = await start({
    port: 0,
    upstream: upstream.url,
    logger: {
      debug: line('debug'),
      info: line('info'),
      warn: line('warn'),
      error: line('error'),
    },
    ...options,
  });
  return {
    relay,
    upstream,
    log,
    post: (body, headers = {}, path = '/v1/responses') =>
      fetch(relay.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    stop: async () => {
      await relay.stop();
      await upstream.stop();
    },
  };
}

/** The header by which the relay knows Codex. */
export const AS_CODEX = { originator: 'codex_exec' };

/** Events as they arrive; ends with the stream. */
export async function* eventsOf(response: Response): AsyncGenerator<ResponseEvent> {
  for await (const block of blocksOf(response)) {
    const data = /^data: ([^\r\n]*)/m.exec(block)?.[1];
    if (data !== undefined && data !== '[DONE]') yield JSON.parse(data) as ResponseEvent;
  }
}

export async function allEvents(response: Response): Promise<ResponseEvent[]> {
  return Array.fromAsync(eventsOf(response));
}

/** SSE blocks, as text without the blank line. */
export async function* blocksOf(response: Response): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const bytes of response.body ?? []) {
    const blocks = (rest + decoder.decode(bytes, { stream: true })).split('\n\n');
    rest = blocks.pop() ?? '';
    yield* blocks;
  }
}

/** The body of a blocking answer. */
export async function responseOf(reply: Response): Promise<ResponseResource> {
  return (await reply.json()) as ResponseResource;
}

/** The error in OpenAI's envelope. */
export async function errorOf(
  reply: Response,
): Promise<{ message: string; type: string; param: string | null; code: string }> {
  const body = (await reply.json()) as { error: Awaited<ReturnType<typeof errorOf>> };
  return body.error;
}

export function textIn(response: ResponseResource): string {
  return response.output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'output_text' ? part.text : part.refusal))
    .join('');
}

/** A request with headers that `fetch` does not let a caller set (Host, Upgrade). */
export function rawRequest(
  url: string,
  options: { method?: string; headers?: Record<string, string>; path?: string },
): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url + (options.path ?? '/healthz'), {
      method: options.method ?? 'GET',
      headers: options.headers ?? {},
    });
    request.on('error', reject);
    request.on('response', (response) => {
      readAll(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    request.end();
  });
}
