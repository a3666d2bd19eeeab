/**
 * The tools that one request declared. On the way up, each becomes a Chat function; on the way back, the name that a
 * model called leads to the tool as the client declared it.
 */

import type { JsonObject } from '../../json.ts';
import type { ChatFunctionTool } from '../../wire/chat.ts';
import type { InputItem, Tool } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import { bareNames, namedAmongWords } from './bare-names.ts';
import { strictSchema, toolParameters } from './json-schema.ts';
import type { ToolKind, ToolName } from './kind.ts';
import { type DeclarableKind, toolKindOf } from './kinds/index.ts';
import { flatName, hashedName, legalName, readableName } from './names.ts';

/** What Codex says of a namespace without a description, and of its own sub-agents, whose tools say it all. */
const SAYS_NOTHING = /^Tools (in the \S+ namespace|for spawning and managing sub-agents)\.$/;

export interface DeclaredTool extends ToolName {
  kind: DeclarableKind;
  upstreamName: string;
}

/** The tools by the name that goes upstream, and by the name that the client uses. */
export class ToolTable {
  /** Chat tools in declared order, on which the prompt's prefix depends. */
  readonly chatTools: ChatFunctionTool[] = [];
  /** Kinds of hosted tools that were left out, e.g. `web_search`; each once. */
  readonly dropped = new Set<string>();
  /** The provider's own web search, if the client asked for one and the provider has it; else null. */
  webSearch: Profile['webSearch'] = null;
  /** How many tools were left out because the provider takes no more. */
  surplus = 0;
  readonly #profile: Profile;
  readonly #denylist: ReadonlySet<string>;
  readonly #byUpstreamName = new Map<string, DeclaredTool>();
  readonly #byIdentity = new Map<string, DeclaredTool>();
  /** The namespaces whose description one of the tools carries. */
  readonly #described = new Set<string>();

  constructor(
    input: readonly InputItem[],
    tools: readonly Tool[],
    profile: Profile,
    denylist: ReadonlySet<string>,
  ) {
    this.#profile = profile;
    this.#denylist = denylist;
    for (const tool of tools) this.#declare(tool, undefined);
    // The tools of "Responses Lite", and those found by a tool search, arrive inside the history.
    for (const item of input) {
      if (!item.tools) continue;
      for (const tool of item.tools) this.#declare(tool, undefined);
    }
  }

  /**
   * The declared tool that a model means by this name, whatever it put around it (`functions.NAME`, a special token,
   * white space); undefined when it invented the name.
   */
  resolve(calledName: string): DeclaredTool | undefined {
    const exact = this.#byUpstreamName.get(calledName);
    if (exact !== undefined || calledName === '') return exact;
    for (const name of bareNames(calledName)) {
      const tool = this.#byUpstreamName.get(name);
      if (tool !== undefined) return tool;
    }
    return undefined;
  }

  /** The declared tool with the client's name; undefined for one that was left out. */
  declared(namespace: string | null | undefined, name: string): DeclaredTool | undefined {
    return this.#byIdentity.get(identityOf(namespace, name));
  }

  /**
   * The only declared tool that an undeclared name can mean, ignoring words of a chat template around it, case, blanks
   * and what separates words. Only for a name that is known to be complete.
   */
  guess(calledName: string): DeclaredTool | undefined {
    const name = namedAmongWords(calledName);
    const exact = this.resolve(name);
    if (exact !== undefined) return exact;
    const called = new Set([name, ...bareNames(name)].map(lettersOf));
    called.delete('');
    const alike = [...this.#byUpstreamName.values()].filter((tool) =>
      // The name that the client gave it may be known to the model from the instructions.
      [tool.upstreamName, flatName(tool.namespace, tool.name)].some((own) => called.has(lettersOf(own))),
    );
    return alike.length === 1 ? alike[0] : undefined;
  }

  /** The parameters of a declared tool, as sent upstream. */
  parametersOf(upstreamName: string): JsonObject | undefined {
    return this.chatTools.find((tool) => tool.function.name === upstreamName)?.function.parameters;
  }

  /** Whether a longer declared name begins with this one: a name that comes in fragments may be incomplete. */
  hasLonger(calledName: string): boolean {
    const names = [calledName, ...bareNames(calledName)].filter((name) => name !== '');
    const letters = lettersOf(namedAmongWords(calledName));
    for (const declared of this.#byUpstreamName.keys()) {
      if (names.some((name) => declared.length > name.length && declared.startsWith(name))) return true;
      const alike = lettersOf(declared);
      if (letters !== '' && alike.length > letters.length && alike.startsWith(letters)) return true;
    }
    return false;
  }

  /** Whether a declared name is exactly this one, or begins with it. */
  isDeclaredOrBegun(name: string): boolean {
    for (const declared of this.#byUpstreamName.keys()) if (declared.startsWith(name)) return true;
    return false;
  }

  /** The upstream name of a tool in the history, which may no longer be declared (after a compaction). */
  upstreamName(namespace: string | null | undefined, name: string): string {
    const flat = flatName(namespace, name);
    const declared =
      this.#byIdentity.get(identityOf(namespace, name)) ?? this.#byIdentity.get(identityOf(null, flat));
    return declared?.upstreamName ?? legalName(flat, this.#profile.toolNames);
  }

  #declare(tool: Tool, parent: Tool | undefined): void {
    if (tool.type === 'namespace') {
      for (const member of tool.tools ?? []) this.#declare(member, tool);
      return;
    }
    const namespace = parent?.name ?? undefined;
    const kind = toolKindOf(tool.type);
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
    this.chatTools.push(chatTool(kind, tool, upstreamName, this.#profile, this.#aboutAll(parent)));
  }

  /**
   * What a namespace says about its tools, once: Codex (0.171) puts an MCP server's instructions there and nowhere
   * else, and Chat Completions only has the tools themselves.
   */
  #aboutAll(namespace: Tool | undefined): string {
    const { name, description } = namespace ?? {};
    if (!name || !description || SAYS_NOTHING.test(description) || this.#described.has(name)) return '';
    this.#described.add(name);
    return `About all ${name} tools: ${description}`;
  }

  /** A tool that OpenAI's servers would run; only web search has a counterpart at some providers. */
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

function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[\s_.:/-]/g, '');
}

function identityOf(namespace: string | null | undefined, name: string): string {
  return !namespace || namespace === 'functions' ? name : `${namespace}\n${name}`;
}

function chatTool(
  kind: ToolKind,
  tool: Tool,
  name: string,
  profile: Profile,
  aboutAll: string,
): ChatFunctionTool {
  const { description: own, parameters } = kind.lower(tool);
  const description = [aboutAll, own].filter(Boolean).join('\n\n');
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
