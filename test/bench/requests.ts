/** Requests as Codex sends them: a developer message, tools, and a history of reasoning, calls and outputs. */

export type Kind = 'text' | 'thinking' | 'chinese' | 'native';

/** How upstream answers, as a model name (see `upstream.ts`). */
export function streamOf(kind: Kind, chunks: number): string {
  return `${kind}-${chunks}`;
}

export const THINKING = 'thinks-and-speaks';

/** A short question without tools. */
export function smallRequest(model: string): object {
  return { model, input: 'Say something long.', ...SETTINGS };
}

export function blockingRequest(model: string): object {
  return { ...smallRequest(model), stream: false };
}

/** @param sealed the `encrypted_content` of a reasoning item as the relay gave it */
export function codexRequest(model: string, itemCount: number, bytes: number, sealed: string): object {
  const opening = [message('developer', INSTRUCTIONS), message('user', 'Make the tests pass.')];
  const turns = Array.from({ length: itemCount - opening.length }, (_, at) => historyItem(at, sealed, ''));
  const outputs = turns.filter((item) => item['type'] === 'function_call_output');
  const request = { model, ...SETTINGS, tools: TOOLS, input: [...opening, ...turns] };
  const missing = bytes - JSON.stringify(request).length;
  if (outputs.length === 0) {
    opening.push(message('user', prose(missing)));
    return { ...request, input: opening };
  }
  for (const output of outputs) output['output'] = prose(missing / outputs.length);
  return request;
}

const SETTINGS = {
  stream: true,
  store: false,
  tool_choice: 'auto',
  parallel_tool_calls: true,
  reasoning: { effort: 'medium', summary: 'auto' },
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: '019a2b7c-1f00-7000-8000-000000000000',
};

/** Codex's own hold characters outside Latin-1, for which V8 keeps a whole text at two bytes a character. */
const INSTRUCTIONS = `${prose(14_000)}Don’t guess — run the tests → read what they print.`;

const TOOLS = Array.from({ length: 14 }, (_, at) => ({
  type: 'function',
  name: `tool_number_${at}`,
  description: prose(700),
  strict: false,
  parameters: {
    type: 'object',
    properties: Object.fromEntries(
      ['cmd', 'workdir', 'timeout_ms', 'justification'].map((name) => [
        name,
        { type: name === 'timeout_ms' ? 'number' : 'string', description: prose(80) },
      ]),
    ),
    required: ['cmd'],
    additionalProperties: false,
  },
}));

/** Item `at` of a history of turns: the model thinks, calls a tool, gets the output, and says something. */
function historyItem(at: number, sealed: string, output: string): Record<string, unknown> {
  const callId = `call_${Math.floor(at / 4)}`;
  switch (at % 4) {
    case 0:
      return {
        type: 'reasoning',
        id: `rs_${at}`,
        summary: [{ type: 'summary_text', text: prose(500) }],
        encrypted_content: sealed,
      };
    case 1:
      return {
        type: 'function_call',
        id: `fc_${at}`,
        call_id: callId,
        name: 'tool_number_3',
        arguments: JSON.stringify({ cmd: prose(200), workdir: '/home/user/project' }),
      };
    case 2:
      return { type: 'function_call_output', call_id: callId, output };
    default:
      return {
        type: 'message',
        role: 'assistant',
        content: [{ type: 'output_text', text: prose(300) }],
      };
  }
}

function message(role: string, text: string) {
  return { type: 'message', role, content: [{ type: 'input_text', text }] };
}

/** Text that is about `bytes` long as JSON: lines, quotes and a few characters outside ASCII, as in code. */
function prose(bytes: number): string {
  const line = 'if (answer === "yes") {\n\treturn items.map((item) => item.name); // größer\n}\n';
  const jsonLength = Buffer.byteLength(JSON.stringify(line)) - 2;
  return line.repeat(Math.max(1, Math.round(bytes / jsonLength)));
}
