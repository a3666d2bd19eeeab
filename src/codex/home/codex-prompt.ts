/**
 * Asks the installed Codex for the system prompt that it gives an unknown model: it is neutral and fits the tools of
 * that very release. `codex debug models` only has the prompts of OpenAI's own models, which mention their channels and
 * tools, and `codex debug prompt-input` leaves the system prompt out (0.169.0). So Codex is run once, in an empty home,
 * against a server on this machine that reads the prompt and answers "done".
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Environment } from '../../environment.ts';
import { runCodex } from './installed-codex.ts';

const ANSWER = [
  { type: 'response.created', response: { id: 'resp_1' } },
  {
    type: 'response.output_item.done',
    item: {
      type: 'message',
      id: 'msg_1',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'done' }],
    },
  },
  { type: 'response.completed', response: { id: 'resp_1', usage: null } },
];

/** Takes about half a second. Undefined if Codex is not installed or sends no request within `limitMs`. */
export async function askCodexPrompt(
  environment: Environment,
  limitMs = 10_000,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'codex-relay-'));
  const { promise: prompt, resolve } = Promise.withResolvers<string | undefined>();
  const server = createServer((request, response) => {
    if (request.method !== 'POST') response.writeHead(404).end();
    // A body that is not a request of Codex's contains no prompt.
    else readPrompt(request, response).then(resolve, () => resolve(undefined));
  });
  try {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    await writeHome(folder, port);
    const run = runCodex({
      args: ['exec', '--skip-git-repo-check', 'hello'],
      environment: {
        ...environment,
        CODEX_HOME: join(folder, 'home'),
        NO_PROXY: '127.0.0.1',
        no_proxy: '127.0.0.1',
      },
      cwd: folder,
      limitMs,
    });
    // The folder may only be removed once Codex has ended. A run without a request yields no prompt.
    await run.then(() => resolve(undefined));
    return await prompt;
  } finally {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

async function writeHome(folder: string, port: number): Promise<void> {
  await mkdir(join(folder, 'home'));
  const config = `model = "unknown-model"
model_provider = "probe"
check_for_update_on_startup = false
[analytics]
enabled = false
[model_providers.probe]
name = "probe"
base_url = "http://127.0.0.1:${port}/v1"
wire_api = "responses"
request_max_retries = 0
stream_max_retries = 0
`;
  await writeFile(join(folder, 'home', 'config.toml'), config);
}

async function readPrompt(request: IncomingMessage, response: ServerResponse): Promise<string | undefined> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += chunk;
  response.setHeader('content-type', 'text/event-stream');
  response.end(ANSWER.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''));
  return promptOf(JSON.parse(body));
}

/** Up to 0.160 the prompt is `instructions`; from 0.163 on it is the first developer message. */
function promptOf(body: {
  instructions?: unknown;
  input?: { role?: string; content?: { text?: string }[] }[];
}) {
  if (typeof body.instructions === 'string' && body.instructions !== '') return body.instructions;
  const [first] = body.input ?? [];
  return first?.role === 'developer' ? first.content?.[0]?.text : undefined;
}
