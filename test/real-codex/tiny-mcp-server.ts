/**
 * A Model Context Protocol server over stdio with one tool, `echo-back`. Run by node as a process of its own.
 * `--twin` gives it a second one, `echo-back-twice`, whose name begins with that of the first.
 */
import { createInterface } from 'node:readline';

interface Call {
  id?: number | string;
  method: string;
  params?: { protocolVersion?: string; name?: string; arguments?: { text?: string } };
}

const ECHO_TOOL = {
  name: 'echo-back',
  description: 'Returns the text that it gets, reversed',
  inputSchema: { type: 'object', properties: { text: { type: 'string' } }, required: ['text'] },
};

const TWIN = {
  ...ECHO_TOOL,
  name: `${ECHO_TOOL.name}-twice`,
  description: 'Returns the text reversed, twice',
};

const TOOLS = process.argv.includes('--twin') ? [ECHO_TOOL, TWIN] : [ECHO_TOOL];

/** The result of a request; undefined for a method that this server does not know. */
function answer({ method, params }: Call): object | undefined {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: params?.protocolVersion,
        capabilities: { tools: {} },
        serverInfo: { name: 'tiny', version: '1.0.0' },
      };
    case 'tools/list':
      return { tools: TOOLS };
    case 'tools/call':
      return { content: [{ type: 'text', text: echo(params) }] };
    case 'ping':
      return {};
    default:
      return undefined;
  }
}

function echo(params: Call['params']): string {
  const reversed = [...(params?.arguments?.text ?? '')].reverse().join('');
  return params?.name === TWIN.name ? `${reversed} ${reversed}` : reversed;
}

for await (const line of createInterface({ input: process.stdin })) {
  const call = JSON.parse(line) as Call;
  if (call.id === undefined) continue; // a notification
  const result = answer(call);
  const outcome = result ? { result } : { error: { code: -32601, message: `no method ${call.method}` } };
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id: call.id, ...outcome })}\n`);
}
