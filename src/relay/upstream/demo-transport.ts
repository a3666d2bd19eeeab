/**
 * The scripted demo: answers Chat Completions in process, without a model, a key or a network, so that the whole chain
 * from Codex to a provider and back can be seen at work. A turn thinks visibly, calls a shell tool once if the client
 * offers one, and reports what the tool returned.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Json, JsonObject } from '../../json.ts';
import type {
  ChatChunk,
  ChatDelta,
  ChatFunctionTool,
  ChatMessage,
  ChatPart,
  ChatRequest,
} from '../../wire/chat.ts';
import type { UpstreamReply, UpstreamTransport } from '../transport.ts';

/** The only model that the demo lists. */
const DEMO_MODEL = 'demo';

/** Waits before each chunk; rejects when the signal aborts. */
export type Pause = (signal: AbortSignal) => Promise<unknown>;

/** Slow enough for a person to see the answer arrive. */
const CHUNK_PAUSE_MS = 30;
const pauseForPeople: Pause = (signal) => sleep(CHUNK_PAUSE_MS, undefined, { signal });

/** Tools that run a command: Codex's own names since 0.80, and the one that most other clients use. */
const SHELL_TOOLS = ['exec_command', 'shell_command', 'shell', 'bash'];
const GREETING = 'echo "Hello from the Codex Relay demo"';
const LONGEST_QUOTE = 2_000;

/** What the demo does in one turn, in this order. */
interface Script {
  thinking: string;
  text: string;
  call?: { name: string; arguments: string };
}

export function createDemoTransport(pause: Pause = pauseForPeople): UpstreamTransport {
  return async ({ method, url, body, signal }) => {
    signal.throwIfAborted();
    const path = url.replace(/[?#].*$/, '');
    if (method === 'GET' && path.endsWith('/models')) {
      return json(200, {
        object: 'list',
        data: [{ id: DEMO_MODEL, object: 'model', owned_by: 'codex-relay' }],
      });
    }
    if (method === 'POST' && path.endsWith('/chat/completions')) {
      return reply(200, 'text/event-stream', stream(decoder.decode(body), pause, signal));
    }
    return json(404, { error: { message: `The scripted demo does not serve ${method} ${path}` } });
  };
}

// ---------------------------------------------------------------------------------------------- the script

function scriptFor({ messages, tools = [] }: ChatRequest): Script {
  const result = outputOfThisTurn(messages);
  if (result !== undefined) {
    return {
      thinking: 'The tool has answered. I pass its output on and end the turn.',
      text: `The command ran, and its output came back through the relay:\n\n${quoted(result)}\n\nThis was a scripted demo, not a model. Start codex-relay with --upstream and --api-key to talk to a real one.`,
    };
  }
  const call = greetingCall(tools);
  return {
    thinking:
      'I am a script and do not really think, but this is how thinking looks on its way through the relay.',
    text: call
      ? `This is the Codex Relay demo: a script, not a model. Your request arrived with ${tools.length} tools; I call \`${call.name}\` once to show the way there and back.`
      : 'This is the Codex Relay demo: a script, not a model. Your request arrived without a tool that runs commands, so this text is all I have.',
    ...(call && { call }),
  };
}

/** The last tool output after the last message of the user; undefined when no tool has run in this turn. */
function outputOfThisTurn(messages: readonly ChatMessage[]): string | undefined {
  const turnStart = messages.findLastIndex((message) => message.role === 'user');
  const output = messages.slice(turnStart + 1).findLast((message) => message.role === 'tool');
  return output && textOf(output.content);
}

function textOf(content: string | readonly ChatPart[]): string {
  if (typeof content === 'string') return content;
  return content.map((part) => (part.type === 'text' ? part.text : '[image]')).join('\n');
}

function quoted(text: string): string {
  const kept = text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE)}…` : text;
  return kept
    .trim()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');
}

/** A call of the first tool that runs a command and needs nothing else, in the shape that its schema declares. */
function greetingCall(tools: NonNullable<ChatRequest['tools']>): Script['call'] {
  for (const tool of tools) {
    if (!isFunctionTool(tool) || !SHELL_TOOLS.includes(tool.function.name)) continue;
    const greeting = greetingArguments(tool.function.parameters);
    if (greeting) return { name: tool.function.name, arguments: JSON.stringify(greeting) };
  }
  return undefined;
}

function isFunctionTool(tool: ChatFunctionTool | JsonObject): tool is ChatFunctionTool {
  return tool.type === 'function' && member(tool as JsonObject, 'function') !== undefined;
}

function greetingArguments(schema: JsonObject): JsonObject | undefined {
  const required = member(schema, 'required');
  for (const field of ['cmd', 'command']) {
    const type = member(member(member(schema, 'properties'), field), 'type');
    const needsMore = Array.isArray(required) && required.some((name) => name !== field);
    if (type === undefined || needsMore) continue;
    return { [field]: type === 'array' ? ['bash', '-lc', GREETING] : GREETING };
  }
  return undefined;
}

function member(value: Json | undefined, name: string): Json | undefined {
  return value && typeof value === 'object' && !Array.isArray(value) ? value[name] : undefined;
}

// ---------------------------------------------------------------------------------------------- the stream

async function* stream(body: string, pause: Pause, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const request = JSON.parse(body) as ChatRequest;
  const script = scriptFor(request);
  const id = `chatcmpl-demo-${randomUUID()}`;
  const chunk = (rest: ChatChunk) =>
    sse(JSON.stringify({ id, object: 'chat.completion.chunk', created: 0, model: DEMO_MODEL, ...rest }));

  for (const delta of deltas(script)) {
    await pause(signal);
    signal.throwIfAborted();
    yield chunk({ choices: [{ index: 0, delta, finish_reason: null }] });
  }
  const finish_reason = script.call ? 'tool_calls' : 'stop';
  yield chunk({ choices: [{ index: 0, delta: {}, finish_reason }] });
  yield chunk({ choices: [], usage: usage(body, script) });
  yield sse('[DONE]');
}

function* deltas({ thinking, text, call }: Script): Generator<ChatDelta> {
  yield { role: 'assistant', content: '' };
  for (const reasoning_content of pieces(thinking)) yield { reasoning_content };
  for (const content of pieces(text)) yield { content };
  if (!call) return;
  // As providers do: the name first, then the arguments in fragments.
  const id = `call_${randomUUID().replaceAll('-', '')}`;
  yield { tool_calls: [{ index: 0, id, type: 'function', function: { name: call.name, arguments: '' } }] };
  for (const fragment of pieces(call.arguments)) {
    yield { tool_calls: [{ index: 0, function: { arguments: fragment } }] };
  }
}

/** Up to three words at a time. */
function pieces(text: string): readonly string[] {
  return text.match(/(?:\S+\s*){1,3}/g) ?? [];
}

/** Estimated at four characters a token: the demo has no tokenizer, and only the shape matters. */
function usage(body: string, { thinking, text, call }: Script): JsonObject {
  const tokens = (characters: number) => Math.ceil(characters / 4);
  const prompt_tokens = tokens(body.length);
  const reasoning_tokens = tokens(thinking.length);
  const completion_tokens = reasoning_tokens + tokens(text.length + (call?.arguments.length ?? 0));
  return {
    prompt_tokens,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens,
    completion_tokens_details: { reasoning_tokens },
    total_tokens: prompt_tokens + completion_tokens,
  };
}

// ---------------------------------------------------------------------------------------------- replies

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function sse(data: string): Uint8Array {
  return encoder.encode(`data: ${data}\n\n`);
}

function json(status: number, value: JsonObject): UpstreamReply {
  const bytes = encoder.encode(JSON.stringify(value));
  return reply(status, 'application/json', once(bytes));
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

function reply(status: number, contentType: string, body: AsyncIterable<Uint8Array>): UpstreamReply {
  return { status, headers: { 'content-type': contentType }, body };
}
