/** llama.cpp's server, as b11549 behaved (2026-11). */
import type { ChatChunk, ChatRequest } from '../../../../src/wire/chat.ts';
import {
  deltaChunk,
  errorReply,
  finishChunk,
  jsonReply,
  type ScriptedReply,
} from '../../../support/scripted-upstream.ts';
import { callers } from '../rules.ts';
import {
  brokenArguments,
  hasImage,
  hasRootReference,
  type LocalServer,
  NO_IMAGES,
  overflow,
  promptTokens,
  REFUSED,
  reply,
} from './model.ts';

export interface LlamaOptions {
  model: string;
  /** Tokens of one slot. */
  window?: number;
  vision?: boolean;
  /** What the chat template refuses. */
  template?: 'anything' | 'several calls' | 'neighbours of one role';
  /** Whether the template shows tools to the model. Default true. */
  tools?: boolean;
  /** A router's list tells nothing of a model that is not loaded, and in earlier builds of none. */
  router?: boolean;
}

const TEMPLATE_SAYS = {
  'several calls': 'This model only supports single tool-calls at once!',
  'neighbours of one role': 'Conversation roles must alternate user/assistant/user/assistant/...',
};

export function llamaServer(options: LlamaOptions): LocalServer {
  const { model, window = 65_536, vision = false, template = 'anything', tools = true, router } = options;
  const meta = { vocab_type: 2, n_vocab: 4121, n_ctx_train: 262_144, n_ctx: window };
  const entry = {
    id: model,
    object: 'model',
    created: 1,
    owned_by: 'llamacpp',
    ...(router
      ? { status: { value: 'loaded', args: ['llama-server'] }, meta: null }
      : { architecture: { input_modalities: vision ? ['text', 'image'] : ['text'] }, meta }),
  };
  const props = {
    default_generation_settings: { n_ctx: window },
    modalities: { vision, audio: false },
    chat_template: '{% if enable_thinking %}{% endif %}',
    chat_template_caps: { supports_tools: tools, supports_tool_calls: tools },
  };
  return {
    routes: ({ method, path }) => {
      if (method === 'GET' && path === '/v1/models') {
        const own = { name: model, model, capabilities: ['completion'] };
        return jsonReply({ models: [own], object: 'list', data: [entry] });
      }
      if (path === `/props?model=${encodeURIComponent(model)}&autoload=false`) return jsonReply(props);
      return undefined;
    },
    answer: ({ body, text }) => {
      const size = promptTokens(text);
      if (size > window) return jsonReply({ error: overflow(size, window) }, 400);
      if (!vision && hasImage(body)) {
        return jsonReply({ error: NO_IMAGES }, 500);
      }
      const broken = brokenArguments(body);
      if (broken !== undefined) {
        const message = `Failed to parse tool call arguments as JSON: [json.exception.parse_error.101] parse error: ${broken}`;
        return jsonReply({ error: { code: 500, message, type: 'server_error' } }, 500);
      }
      if (hasRootReference(body)) {
        return errorReply(400, 'only references into the same document are supported', REFUSED);
      }
      if (isRefusedBy(template, body)) return templateError(TEMPLATE_SAYS[template]);
      return reply(tools ? body : { ...body, tools: [] }, size, callChunks);
    },
  };
}

/**
 * A call as the server streams it: an opening chunk without content, the name together with the first character of
 * the arguments, and more text in small pieces; where a call is required, the model may speak before it.
 */
function callChunks(body: ChatRequest): ChatChunk[] {
  const named = {
    index: 0,
    id: 'WBHgirs3I97PfU8WDFyjFoaMhYB5Nohv',
    type: 'function',
    function: { name: 'exec_command', arguments: '{' },
  };
  const pieces = ['"', 'cmd"', ': "l', 's"', '}'].map((text) => ({
    index: 0,
    function: { arguments: text },
  }));
  const spoken = body['tool_choice'] === 'required' ? [deltaChunk({ content: 'I call.' })] : [];
  return [
    deltaChunk({ role: 'assistant', content: null }),
    ...spoken,
    ...[named, ...pieces].map((call) => deltaChunk({ tool_calls: [call] })),
    finishChunk('tool_calls'),
  ];
}

function isRefusedBy(
  template: NonNullable<LlamaOptions['template']>,
  body: ChatRequest,
): template is keyof typeof TEMPLATE_SAYS {
  if (template === 'several calls') return callers(body).some(({ tool_calls = [] }) => tool_calls.length > 1);
  if (template === 'anything') return false;
  const turns = body.messages
    .map(({ role }) => role)
    .filter((role) => role === 'user' || role === 'assistant');
  return turns.some((role, at) => role === 'user' && role === turns[at - 1]);
}

function templateError(sentence: string): ScriptedReply {
  const message = `Unable to generate parser for this template. Automatic parser generation failed: \n------------\nWhile executing CallExpression at line 62, column 33 in source:\n...\nError: Jinja Exception: ${sentence}`;
  return jsonReply({ error: { code: 400, message, ...REFUSED } }, 400);
}
