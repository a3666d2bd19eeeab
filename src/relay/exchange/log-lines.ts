/** What the log says of a request: names and counts. The four tool lines keep the original program's wording. */
import type { ChatRequest } from '../../wire/chat.ts';
import type { ResponsesRequest, Tool } from '../../wire/responses.ts';
import type { RequestReport } from '../options.ts';

export function responseToolsLine(request: ResponsesRequest): string {
  return `response tools=${list((request.tools ?? []).map(toolName))}`;
}

export function upstreamToolsLine(body: ChatRequest): string {
  const names = (body.tools ?? []).map((tool) => {
    const { function: declared } = tool;
    return typeof declared === 'object' && declared !== null && 'name' in declared
      ? String(declared.name)
      : String(tool.type);
  });
  return `upstream tools=${list(names)}`;
}

export function calledToolsLine(report: RequestReport): string {
  const kind = report.stream ? 'upstream stream function_calls' : 'upstream function_calls';
  return `${kind}=${list(report.calledTools)}`;
}

export function requestLine(report: RequestReport): string {
  const { provider, model, upstreamModel, state, durationMs = 0, firstTokenMs, usage, error } = report;
  const names = model === upstreamModel ? model : `${model} -> ${upstreamModel}`;
  const timing =
    firstTokenMs === undefined ? `${durationMs} ms` : `${durationMs} ms (first token ${firstTokenMs} ms)`;
  const tokens =
    usage === undefined
      ? 'tokens unknown'
      : `tokens in=${usage.inputTokens} cached=${usage.cachedTokens} out=${usage.outputTokens} reasoning=${usage.reasoningTokens}`;
  const failure = error === undefined ? '' : ` ${error.code}`;
  return `${provider} ${names} ${state}${failure} ${timing} ${tokens}`;
}

function toolName(tool: Tool): string {
  if (tool.type !== 'namespace') return tool.name ?? tool.type;
  return `${tool.name}[${(tool.tools ?? []).map((member) => member.name).join(',')}]`;
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '-' : names.join(',');
}
