/** LM Studio's server, by its documentation (2026-11). */
import { errorReply, jsonReply } from '../../../support/scripted-upstream.ts';
import { type LocalServer, promptTokens, reply } from './model.ts';

export function lmStudioServer(options: { model: string; window?: number; loaded?: boolean }): LocalServer {
  const { model, window = 8192, loaded = true } = options;
  const state = loaded ? { state: 'loaded', loaded_context_length: window } : { state: 'not-loaded' };
  const entry = { id: model, type: 'llm', max_context_length: 131_072, capabilities: ['tool_use'], ...state };
  return {
    routes: ({ method, path }) => {
      if (method !== 'GET') return undefined;
      if (path === '/v1/models')
        return jsonReply({ data: [{ id: model, object: 'model', owned_by: 'organization_owner' }] });
      return path === '/api/v0/models' ? jsonReply({ object: 'list', data: [entry] }) : undefined;
    },
    answer: ({ body, text }) =>
      typeof body.tool_choice === 'object'
        ? errorReply(400, "Invalid tool_choice type: 'object'. Supported string values: none, auto, required")
        : reply(body, promptTokens(text)),
  };
}
