/**
 * The client of both contenders, which does the same work for either: reads the stream, splits it into events,
 * parses each one's JSON, and counts those that carry text.
 */
import { Agent, type IncomingMessage, request } from 'node:http';

export interface Answer {
  /** From before the request was sent to the first text, and to the end, in milliseconds. */
  firstTokenMs: number;
  totalMs: number;
  /** Events that carried text. */
  texts: number;
  /** The last event but `[DONE]`. */
  last: StreamedEvent;
}

/** What the bench reads of a Chat chunk or a Responses event. */
export interface StreamedEvent {
  type?: string;
  choices?: { delta?: { content?: string } }[];
  response?: { status: string; output: { type: string; encrypted_content?: string }[] };
}

const HEADERS = { 'content-type': 'application/json', accept: 'text/event-stream' };
const agent = new Agent({ keepAlive: true });

/** Sends one request and reads its whole answer. */
export async function ask(url: string, body: Buffer): Promise<Answer> {
  const startedAt = performance.now();
  const response = await post(url, body);
  if (response.statusCode !== 200) throw new Error(`${url} answered HTTP ${response.statusCode}`);
  let firstTokenMs = 0;
  let texts = 0;
  let last: StreamedEvent = {};
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (text: string) => {
    rest = eachEvent(rest + text, (event) => {
      last = event;
      if (!carriesText(event)) return;
      if (texts === 0) firstTokenMs = performance.now() - startedAt;
      texts += 1;
    });
  });
  await new Promise((resolve, reject) => {
    response.on('end', resolve);
    response.on('error', reject);
  });
  return { firstTokenMs, totalMs: performance.now() - startedAt, texts, last };
}

/** Lets the process end although connections are kept alive. */
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

function carriesText(event: StreamedEvent): boolean {
  return event.type === 'response.output_text.delta' || Boolean(event.choices?.[0]?.delta?.content);
}
