/** The response resource: from the first event on it has all 31 keys and echoes the request's settings. */
import type { JsonObject } from '../../json.ts';
import type { ResponseResource, ResponsesRequest, TextFormat, Tool } from '../../wire/responses.ts';

/** @param createdAt seconds since the epoch */
export function newResponse(request: ResponsesRequest, id: string, createdAt: number): ResponseResource {
  return {
    id,
    object: 'response',
    created_at: createdAt,
    completed_at: null,
    status: 'in_progress',
    incomplete_details: null,
    model: request.model,
    previous_response_id: request.previous_response_id ?? null,
    instructions: request.instructions ?? null,
    output: [],
    error: null,
    tools: (request.tools ?? []).map(echoedTool),
    tool_choice: request.tool_choice ?? 'auto',
    truncation: request.truncation === 'auto' ? 'auto' : 'disabled',
    parallel_tool_calls: request.parallel_tool_calls ?? true,
    text: echoedText(request.text),
    top_p: request.top_p ?? 1,
    presence_penalty: request.presence_penalty ?? 0,
    frequency_penalty: request.frequency_penalty ?? 0,
    top_logprobs: request.top_logprobs ?? 0,
    temperature: request.temperature ?? 1,
    reasoning: { effort: request.reasoning?.effort ?? null, summary: request.reasoning?.summary ?? null },
    usage: null,
    max_output_tokens: request.max_output_tokens ?? null,
    max_tool_calls: request.max_tool_calls ?? null,
    store: request.store ?? true,
    background: false,
    service_tier: request.service_tier ?? 'default',
    metadata: request.metadata ?? {},
    safety_identifier: request.safety_identifier ?? null,
    prompt_cache_key: request.prompt_cache_key ?? null,
  };
}

function echoedTool(tool: Tool): Tool {
  if (tool.type !== 'function') return tool;
  return {
    ...tool,
    description: tool.description ?? null,
    parameters: tool.parameters ?? null,
    strict: tool.strict ?? null,
  };
}

function echoedText(text: ResponsesRequest['text']): ResponseResource['text'] {
  const format = echoedFormat(text?.format);
  return text?.verbosity ? { format, verbosity: text.verbosity } : { format };
}

function echoedFormat(format: TextFormat | null | undefined): JsonObject {
  if (!format || format.type === 'text') return { type: 'text' };
  if (format.type !== 'json_schema') return { type: format.type };
  return {
    type: 'json_schema',
    name: format.name ?? 'response',
    description: format.description ?? null,
    schema: format.schema ?? {},
    strict: format.strict ?? false,
  };
}
