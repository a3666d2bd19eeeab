/**
 * The client of all targets, which does the same work for each: reads the stream, splits it into events, parses
 * each one's JSON, and counts the characters of text that it carries.
 */
import { Agent, type IncomingMessage, request } from 'node:http';

export interface Answer {
  /** From before the request was sent: to the first byte, the first text and the end, in milliseconds. */
  firstByteMs: number;
  firstTextMs: number;
  totalMs: number;
  /** How many characters of text or thinking came, and in how many events. */
  characters: number;
  deltas: number;
  /** The last event but `[DONE]`. */
  last: StreamedEvent;
}

/** What the bench reads of a Chat chunk or a Responses event. */
export interface StreamedEvent {
  type?: string;
  delta?: unknown;
  choices?: { delta?: { content?: string; reasoning_content?: string } }[];
  response?: { id?: string; output: { type: string; encrypted_content?: string }[] };
}

const HEADERS = { 'content-type': 'application/json', accept: 'text/event-stream' };
const agent = new Agent({ keepAlive: true });

/** Sends one request and reads its whole answer, streamed or not. */
export async function ask(url: string, body: Buffer): Promise<Answer> {
  const startedAt = performance.now();
  const since = () => performance.now() - startedAt;
  const response = await post(url, body);
  if (response.statusCode !== 200) throw new Error(`${url} answered HTTP ${response.statusCode}`);
  const answer: Answer = {
    firstByteMs: 0,
    firstTextMs: 0,
    totalMs: 0,
    characters: 0,
    deltas: 0,
    last: {},
  };
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    answer.firstByteMs ||= since();
    rest = eachEvent(rest + text, (event) => {
      answer.last = event;
      const said = saidIn(event);
      if (said === '') return;
      answer.firstTextMs ||= since();
      answer.characters += said.length;
      answer.deltas += 1;
    });
  });
  await new Promise((resolve, reject) => {
    response.on('end', resolve);
    response.on('error', reject);
  });
  answer.totalMs = since();
  return answer;
}

/** Lets the process end even if connections are kept alive. */
export function closeConnections(): void {
  agent.destroy();
}

function post(url: string, body: Buffer): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { ...HEADERS, 'content-length': body.length };
    request(url, { method: 'POST', agent, headers }, resolve).on('error', reject).end(body);
  });
}

/** Calls `onEvent` for every whole event but `[DONE]`; gives back the text of the one that is not whole yet. */
function eachEvent(text: string, onEvent: (event: StreamedEvent) => void): string {
  let from = 0;
  for (;;) {
    const end = text.indexOf('\n\n', from);
    if (end === -1) return text.slice(from);
    const data = text.slice(text.indexOf('data: ', from) + 6, end);
    if (data !== '[DONE]') onEvent(JSON.parse(data) as StreamedEvent);
    from = end + 2;
  }
}

/** The text or thinking that an event carries. */
export function saidIn({ type, delta, choices }: StreamedEvent): string {
  if (type !== undefined) return type.endsWith('.delta') && typeof delta === 'string' ? delta : '';
  const said = choices?.[0]?.delta;
  return said?.content ?? said?.reasoning_content ?? '';
}
