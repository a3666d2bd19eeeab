/** Ollama's server, as 0.33.0-rc2 behaved (2026-11). */
import { parseObject } from '../../../../src/json.ts';
import type { ChatRequest } from '../../../../src/wire/chat.ts';
import { errorReply, jsonReply, type ScriptedReply } from '../../../support/scripted-upstream.ts';
import { assistants } from '../rules.ts';
import {
  brokenArguments,
  hasImage,
  type LocalServer,
  NO_IMAGES,
  overflow,
  promptTokens,
  REFUSED,
  reply,
} from './model.ts';

export interface OllamaOptions {
  /** With its tag. */
  model: string;
  /** The window in force once the model is loaded. */
  window?: number;
  abilities?: readonly string[];
  /** Models with a Go template silently lose what does not fit; the engine of the others refuses. Default go. */
  template?: 'go' | 'jinja';
  /** The Modelfile's parameters. */
  parameters?: string;
}

export function ollamaServer(options: OllamaOptions): LocalServer {
  const { model, window = 4096, abilities = ['completion', 'tools'], template = 'go', parameters } = options;
  const own = [model, model.replace(/:latest$/, '')];
  let isLoaded = false;
  const show = {
    ...(parameters && { parameters }),
    template: '{{ .Prompt }}',
    details: { family: 'qwen3' },
    model_info: { 'general.architecture': 'qwen3', 'qwen3.context_length': 262_144 },
    capabilities: abilities,
  };
  return {
    routes: ({ method, path, text }) => {
      if (method === 'GET' && path === '/v1/models') {
        return jsonReply({ object: 'list', data: [{ id: model, object: 'model', owned_by: 'library' }] });
      }
      if (method === 'POST' && path === '/api/show') {
        const asked = parseObject(text)?.['model'];
        return own.some((name) => name === asked) ? jsonReply(show) : jsonReply({ error: 'not found' }, 404);
      }
      if (method === 'GET' && path === '/api/ps') {
        const models = isLoaded ? [{ name: model, model, context_length: window }] : [];
        return jsonReply({ models });
      }
      return undefined;
    },
    answer: ({ body, text }) => {
      if (!own.includes(body.model)) {
        return errorReply(404, `model '${body.model}' not found`, { type: 'not_found_error' });
      }
      const effort = body['reasoning_effort'] ?? 'none';
      if (!abilities.includes('thinking') && effort !== 'none') {
        return errorReply(400, `"${model}" does not support thinking`, REFUSED);
      }
      if (body.tools !== undefined && !abilities.includes('tools')) {
        return errorReply(400, `registry.ollama.ai/library/${model} does not support tools`, REFUSED);
      }
      const isNull = ({ content, tool_calls }: { content?: unknown; tool_calls?: unknown }) =>
        content === null && tool_calls === undefined;
      if (assistants(body).some(isNull)) {
        return errorReply(400, 'invalid message content type: <nil>', REFUSED);
      }
      if (brokenArguments(body) !== undefined) return errorReply(400, 'invalid tool call arguments', REFUSED);
      if (!abilities.includes('vision') && hasImage(body)) return ollamaImage(template);
      isLoaded = true;
      const size = promptTokens(text);
      if (size <= window) return reply(template === 'go' ? withoutFormat(body) : body, size);
      // One message that is too long is cut in the middle: half of the window is what remains.
      if (template === 'go') return reply(withoutFormat(body), Math.floor(window / 2));
      return errorReply(400, JSON.stringify({ error: overflow(size, window) }), REFUSED);
    },
  };
}

function ollamaImage(template: 'go' | 'jinja'): ScriptedReply {
  return errorReply(template === 'go' ? 400 : 500, JSON.stringify({ error: NO_IMAGES }), {
    type: 'api_error',
  });
}

function withoutFormat(body: ChatRequest): ChatRequest {
  const { response_format: _, ...rest } = body;
  return { ...rest, model: body.model, messages: body.messages };
}
