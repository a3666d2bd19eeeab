/** The settings of a request in the form that a provider's own Responses endpoint takes. */
import type { JsonObject } from '../../../json.ts';
import type { ResponsesRequest, ToolChoice, ToolReference } from '../../../wire/responses.ts';
import { isThinking, nearest } from '../../request/effort.ts';
import { formatInWords } from '../../request/settings.ts';
import { answerSchema } from '../../tools/json-schema.ts';
import { NATIVE_FIELDS } from '../native-profile.ts';
import type { NativeTools } from '../native-tools.ts';
import type { ContentOptions } from './content.ts';

/** Asks for what the next request must send back: without it, reasoning is lost. */
const SEALED_REASONING = 'reasoning.encrypted_content';

const PLAIN_FIELDS = NATIVE_FIELDS.filter((field) => field !== 'parallel_tool_calls');

/** The fields that depend on neither the tools nor the conversation. */
export function plainFields(request: ResponsesRequest, { native }: ContentOptions): JsonObject {
  const fields: JsonObject = {};
  for (const field of PLAIN_FIELDS) {
    const value = request[field];
    if (value !== undefined && value !== null && native.fields.includes(field)) fields[field] = value;
  }
  const wanted = new Set([...(request.include ?? []), SEALED_REASONING]);
  const include = native.include.filter((value) => wanted.has(value));
  if (include.length > 0) fields['include'] = include;
  if (native.storeFalse) fields['store'] = false;
  return fields;
}

/** @param lacksThoughts whether calls in the history lack readable reasoning */
export function reasoningFields(
  { reasoning }: ResponsesRequest,
  { profile, native }: ContentOptions,
  lacksThoughts: boolean,
): JsonObject {
  const levels = native.efforts ?? profile.effortLevels;
  const asked = reasoning?.effort ? nearest(reasoning.effort, levels) : undefined;
  const level = (lacksThoughts ? native.effortWithoutReasoning : null) ?? asked;
  const summary = native.reasoningSummary && reasoning?.summary !== 'none' ? reasoning?.summary : null;
  const settings = { ...(level ? { effort: level } : {}), ...(summary ? { summary } : {}) };
  return Object.keys(settings).length === 0 ? {} : { reasoning: settings };
}

// ---------------------------------------------------------------------------------- response formats

/** The format as a field, or as words for the instructions. */
export interface Format {
  fields: JsonObject;
  words: string | undefined;
}

export function format(
  { text }: ResponsesRequest,
  { profile, native }: ContentOptions,
  hasTools: boolean,
): Format {
  const verbosity = native.verbosity && text?.verbosity ? { verbosity: text.verbosity } : {};
  const wanted = text?.format;
  const asText = (shape: JsonObject | undefined): JsonObject => {
    const fields = { ...(shape === undefined ? {} : { format: shape }), ...verbosity };
    return Object.keys(fields).length === 0 ? {} : { text: fields };
  };
  if (!wanted || wanted.type === 'text') return { fields: asText(undefined), words: undefined };
  const spoken = profile.formatWithTools || !hasTools ? native.textFormat : 'prompt';
  if (wanted.type === 'json_schema' && spoken.startsWith('json_schema')) {
    const { name, description, schema, strict } = wanted;
    const shape = {
      type: 'json_schema',
      name: name ?? 'response',
      ...(description ? { description } : {}),
      schema: answerSchema(schema ?? {}, profile.toolSchema),
      ...(typeof strict === 'boolean' ? { strict } : {}),
    };
    return { fields: asText(shape), words: undefined };
  }
  const isObject = spoken === 'json_schema' || spoken === 'json_object';
  return {
    fields: asText(isObject ? { type: 'json_object' } : undefined),
    words: formatInWords(wanted.type === 'json_schema' ? (wanted.schema ?? {}) : undefined),
  };
}

// ---------------------------------------------------------------------------------------------- tools

/**
 * The tools and how they may be called; nothing if there are none, because most endpoints refuse a choice without
 * tools.
 */
export function toolFields(
  request: ResponsesRequest,
  options: ContentOptions,
  tools: NativeTools,
): JsonObject {
  const choice = sendable(choiceOf(request.tool_choice, tools), request, options);
  const { only } = choice;
  const sent = only === undefined ? tools.sent : tools.sent.filter((tool) => only.has(referenceKey(tool)));
  const hasTools = sent.length > 0 || tools.hasToolsInItems;
  const parallel = request.parallel_tool_calls;
  const maySend = parallel === false || (parallel === true && options.profile.parallelTrue);
  if (!hasTools) return {};
  return {
    ...(sent.length > 0 ? { tools: [...sent] } : {}),
    ...(choice.value === undefined ? {} : { tool_choice: choice.value }),
    ...(maySend && options.native.fields.includes('parallel_tool_calls')
      ? { parallel_tool_calls: parallel }
      : {}),
  };
}

interface Choice {
  kind: 'none' | 'auto' | 'required' | 'named' | 'allowed_tools';
  value: string | JsonObject | undefined;
  /** The only tools that are sent, by reference. */
  only?: ReadonlySet<string>;
  /** The tools that an `allowed_tools` choice names, and whether one of them must be called. */
  allowed?: { references: JsonObject[]; mode: 'auto' | 'required' };
}

const AUTO: Choice = { kind: 'auto', value: undefined };

function choiceOf(choice: ToolChoice | null | undefined, tools: NativeTools): Choice {
  if (choice === undefined || choice === null) return AUTO;
  if (typeof choice === 'string') return { kind: choice, value: choice };
  if (choice.type === 'allowed_tools') {
    const mode = choice.mode === 'required' ? 'required' : 'auto';
    const references = (choice.tools ?? [])
      .map((tool) => reference(tool, tools))
      .filter((tool) => tool !== undefined);
    const value = { type: 'allowed_tools', mode, tools: references };
    return { kind: 'allowed_tools', value, allowed: { references, mode } };
  }
  const named = reference(choice, tools);
  // A dropped hosted tool, or a name that was never declared, cannot be forced.
  return named === undefined ? AUTO : { kind: 'named', value: named };
}

/** A reference to a tool as the provider knows it; undefined for one that it did not get. */
function reference(tool: ToolReference, tools: NativeTools): JsonObject | undefined {
  const sent = tools.sentName(tool.namespace, tool.name ?? tool.type);
  const entry = tools.sent.find((one) => one['name'] === sent.name || one['type'] === tool.type);
  const isHosted = !tool.name && entry?.['type'] === tool.type;
  if (isHosted) return { type: tool.type };
  if (tools.declared(tool.namespace, tool.name ?? tool.type) === undefined) return undefined;
  const isCustom = tool.type === 'custom' && tools.keepsCustom(tool.name ?? '');
  return { type: isCustom ? 'custom' : 'function', ...sent };
}

/** Identifies an entry of `tools`; for a tool in a namespace, that is the namespace. */
function referenceKey({ type, name, namespace }: JsonObject): string {
  return namespace === undefined ? `${String(type)} ${String(name ?? '')}` : `namespace ${String(namespace)}`;
}

/** A choice that the provider refuses becomes the nearest one that it accepts. */
function sendable(choice: Choice, request: ResponsesRequest, { profile, native }: ContentOptions): Choice {
  const { toolChoicesThinking: whileThinking } = profile;
  const isThought = whileThinking !== null && isThinking(request.reasoning?.effort, profile);
  const accepts = (kind: Choice['kind']) =>
    native.toolChoices.includes(kind) &&
    !(isThought && kind !== 'allowed_tools' && !whileThinking.includes(kind));
  if (accepts(choice.kind)) return choice;
  switch (choice.kind) {
    case 'none':
      // If no tool may be called, none is offered.
      return { ...AUTO, only: new Set() };
    case 'named': {
      if (typeof choice.value !== 'object' || !accepts('required')) return AUTO;
      return { kind: 'required', value: 'required', only: new Set([referenceKey(choice.value)]) };
    }
    case 'allowed_tools': {
      const only = new Set(choice.allowed?.references.map(referenceKey));
      const isRequired = choice.allowed?.mode === 'required' && accepts('required');
      return { kind: 'auto', value: isRequired ? 'required' : undefined, only };
    }
    default:
      return AUTO;
  }
}
