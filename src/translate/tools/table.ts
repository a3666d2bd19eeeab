/**
 * Tools in both directions. Going up, every tool that a model can call becomes a Chat function; coming back, a
 * call is restored to the kind that the client declared. One entry of `TOOL_KINDS` holds both halves of a kind.
 */

import type { Json, JsonObject } from '../../json.ts';
import type { ChatFunctionTool } from '../../wire/chat.ts';
import type { CallItem, InputItem, ItemStatus, Tool } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import { strictSchema, toolParameters } from './json-schema.ts';
import { flatName, hashedName, legalName, readableName } from './names.ts';

/** The field of the lowered function that carries a custom tool's free text. */
export const CUSTOM_INPUT_FIELD = 'input';

export interface DeclaredTool {
  kind: ToolKind;
  /** As the client declared it; a call must come back with exactly these. */
  namespace: string | undefined;
  name: string;
  upstreamName: string;
}

/** A call as it stands once its arguments are whole. */
export interface FinishedCall {
  itemId: string;
  callId: string;
  status: ItemStatus;
  /** JSON text; of a custom tool: its free text. */
  payload: string;
}

export interface ToolKind {
  /** What the model is told: description and parameters of the Chat function. */
  lower(tool: Tool): { description: string | undefined; parameters: JsonObject };
  /** The item that the client gets. */
  restore(tool: Pick<DeclaredTool, 'name' | 'namespace'>, call: FinishedCall): CallItem;
  /** Custom tools stream free text out of one JSON field; the others stream JSON as it is. */
  payload: 'json' | 'text';
  /** Codex keeps the id of an item only under the prefix of its kind. */
  idPrefix: 'fc' | 'ctc' | 'tsc';
}

const EMPTY_PARAMETERS: JsonObject = { type: 'object', properties: {} };

export const FUNCTION_KIND: ToolKind = {
  payload: 'json',
  idPrefix: 'fc',
  lower: (tool) => ({
    description: tool.description ?? undefined,
    parameters: tool.parameters ?? EMPTY_PARAMETERS,
  }),
  restore: (tool, call) => ({
    type: 'function_call',
    id: call.itemId,
    status: call.status,
    call_id: call.callId,
    ...(tool.namespace === undefined ? {} : { namespace: tool.namespace }),
    name: tool.name,
    arguments: call.payload,
  }),
};

const CUSTOM_KIND: ToolKind = {
  payload: 'text',
  idPrefix: 'ctc',
  lower: (tool) => ({
    description: customDescription(tool),
    parameters: {
      type: 'object',
      properties: { [CUSTOM_INPUT_FIELD]: { type: 'string', description: 'The raw text for this tool.' } },
      required: [CUSTOM_INPUT_FIELD],
      additionalProperties: false,
    },
  }),
  restore: (tool, call) => ({
    type: 'custom_tool_call',
    id: call.itemId,
    status: call.status,
    call_id: call.callId,
    ...(tool.namespace === undefined ? {} : { namespace: tool.namespace }),
    name: tool.name,
    input: call.payload,
  }),
};

/** Codex's own search over deferred tools; it wants the arguments as an object. */
const TOOL_SEARCH_KIND: ToolKind = {
  payload: 'json',
  idPrefix: 'tsc',
  lower: (tool) => ({
    description:
      tool.description ?? 'Searches the tools that are not listed here and makes the found ones callable.',
    parameters: tool.parameters ?? {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer' } },
      required: ['query'],
    },
  }),
  restore: (_tool, call) => ({
    type: 'tool_search_call',
    id: call.itemId,
    status: call.status,
    call_id: call.callId,
    execution: 'client',
    arguments: parsedOrEmpty(call.payload),
  }),
};

const TOOL_KINDS: Readonly<Record<string, ToolKind>> = {
  function: FUNCTION_KIND,
  custom: CUSTOM_KIND,
  tool_search: TOOL_SEARCH_KIND,
};

function customDescription(tool: Tool): string {
  const lines = [tool.description ?? ''];
  lines.push(`Put the tool's whole input, as plain text, into the string field "${CUSTOM_INPUT_FIELD}".`);
  const { format } = tool;
  if (format?.definition) {
    lines.push(`The text must follow this ${format.syntax ?? format.type} grammar:\n${format.definition}`);
  }
  return lines.filter((line) => line !== '').join('\n\n');
}

function parsedOrEmpty(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    // Codex reports an empty search to the model, which is what a malformed one deserves.
    return {};
  }
}

/** All tools of one request, by the name that goes upstream and by the name that the client uses. */
export class ToolTable {
  /** Chat tools in declared order: the prompt's prefix depends on it. */
  readonly chatTools: ChatFunctionTool[] = [];
  /** Kinds of hosted tools that were left out, e.g. `web_search`; each once. */
  readonly dropped = new Set<string>();
  /** The client asked for a web search, and the provider has one of its own. */
  webSearch: Profile['webSearch'] = null;
  /** How many tools the provider's limit cut off. */
  surplus = 0;
  readonly #profile: Profile;
  readonly #denylist: ReadonlySet<string>;
  readonly #byUpstreamName = new Map<string, DeclaredTool>();
  readonly #byIdentity = new Map<string, DeclaredTool>();

  constructor(
    input: readonly InputItem[],
    tools: readonly Tool[],
    profile: Profile,
    denylist: ReadonlySet<string>,
  ) {
    this.#profile = profile;
    this.#denylist = denylist;
    for (const tool of tools) this.#declare(tool, undefined);
    // "Responses Lite" and deferred tools arrive inside the history (see the Codex facts, tool_search).
    for (const item of input) {
      if (item.tools === undefined) continue;
      for (const tool of item.tools) this.#declare(tool, undefined);
    }
  }

  /** The declared tool behind a name that the model called; undefined when it invented the name. */
  resolve(upstreamName: string): DeclaredTool | undefined {
    return this.#byUpstreamName.get(upstreamName);
  }

  /** The upstream name of a tool in the history, which need not be declared any more (compaction). */
  upstreamName(namespace: string | null | undefined, name: string): string {
    const flat = flatName(namespace, name);
    const declared =
      this.#byIdentity.get(identityOf(namespace, name)) ?? this.#byIdentity.get(identityOf(null, flat));
    return declared?.upstreamName ?? legalName(flat, this.#profile.toolNames);
  }

  #declare(tool: Tool, namespace: string | undefined): void {
    if (tool.type === 'namespace') {
      for (const member of tool.tools ?? []) this.#declare(member, tool.name);
      return;
    }
    const kind = Object.hasOwn(TOOL_KINDS, tool.type) ? TOOL_KINDS[tool.type] : undefined;
    if (kind === undefined) {
      this.#hosted(tool);
      return;
    }
    const name = tool.name ?? tool.type;
    const identity = identityOf(namespace, name);
    if (this.#byIdentity.has(identity)) return;

    const upstreamName = this.#freeName(flatName(namespace, name), identity);
    if (this.#denylist.has(upstreamName)) return;
    if (this.#byIdentity.size === this.#profile.maxTools) {
      this.surplus += 1;
      return;
    }
    const declared = { kind, namespace, name, upstreamName };
    this.#byIdentity.set(identity, declared);
    this.#byUpstreamName.set(upstreamName, declared);
    this.chatTools.push(chatTool(kind, tool, upstreamName, this.#profile));
  }

  /** A tool that OpenAI's servers would run. */
  #hosted(tool: Tool): void {
    const { webSearch } = this.#profile;
    const isSearch = tool.type.startsWith('web_search') && tool.external_web_access !== false;
    if (isSearch && webSearch !== null) this.webSearch = webSearch;
    else this.dropped.add(tool.type);
  }

  #freeName(flat: string, identity: string): string {
    const { toolNames } = this.#profile;
    const readable = readableName(flat, toolNames);
    let name = legalName(flat, toolNames);
    for (let salt = ''; this.#byUpstreamName.has(name); salt += '+')
      name = hashedName(readable, identity + salt);
    return name;
  }
}

function identityOf(namespace: string | null | undefined, name: string): string {
  return !namespace || namespace === 'functions' ? name : `${namespace}\n${name}`;
}

function chatTool(kind: ToolKind, tool: Tool, name: string, profile: Profile): ChatFunctionTool {
  const { description, parameters } = kind.lower(tool);
  const isStrict = profile.strictTools && typeof tool.strict === 'boolean';
  const shaped = toolParameters(parameters, profile.toolSchema);
  return {
    type: 'function',
    function: {
      name,
      ...(description ? { description } : {}),
      parameters: isStrict && tool.strict ? strictSchema(shaped) : shaped,
      ...(isStrict ? { strict: tool.strict ?? false } : {}),
    },
  };
}
