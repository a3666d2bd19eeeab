/**
 * The tools of one request as sent to a provider's own Responses endpoint, and the way back from the names that it
 * calls. Made anew for every request, because the same name may mean another tool in the next one.
 */
import type { JsonObject } from '../../json.ts';
import type { InputItem, Tool } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import { bareNames } from '../tools/bare-names.ts';
import { flatName, legalName } from '../tools/names.ts';
import { type DeclaredTool, ToolTable } from '../tools/table.ts';
import type { NativeProfile } from './native-profile.ts';

/** A tool's name as the provider knows it. */
export interface SentName {
  namespace?: string;
  name: string;
}

/** A namespace as sent; its list grows while tools are gathered. */
type SentNamespace = JsonObject & { tools: JsonObject[] };

export class NativeTools extends ToolTable {
  /** The entries of `tools`, in declared order. */
  readonly sent: readonly JsonObject[];
  readonly #profile: Profile;
  readonly #native: NativeProfile;
  /** The tools of `additional_tools` and `tool_search_output` items that keep them. */
  readonly #inItems = new Map<InputItem, JsonObject[]>();
  /** By the name that was sent: namespace and name. */
  readonly #bySent = new Map<string, DeclaredTool>();
  /** By the bare name of a namespace's member; undefined if several have it. */
  readonly #byMember = new Map<string, DeclaredTool | undefined>();
  readonly #namespaces = new Map<string, SentNamespace>();
  /** The Chat form of each tool, by its name in the table: description and parameters are the same on both wires. */
  readonly #lowered: ReadonlyMap<string, JsonObject>;

  constructor(
    items: readonly InputItem[],
    tools: readonly Tool[],
    profile: Profile,
    native: NativeProfile,
    denylist: ReadonlySet<string>,
  ) {
    super(items, tools, { ...profile, strictTools: native.strictTools, webSearch: null }, denylist);
    this.#profile = profile;
    this.#native = native;
    this.#lowered = new Map(this.chatTools.map(({ function: declared }) => [declared.name, { ...declared }]));
    const sent = this.#gather(tools);
    for (const item of items) {
      if (!item.tools) continue;
      const found = this.#gather(item.tools);
      if (this.keepsToolsOf(item)) this.#inItems.set(item, found);
      else sent.push(...found);
    }
    this.sent = sent;
  }

  /** Whether an item is sent with its tools in it. */
  keepsToolsOf({ type }: InputItem): boolean {
    const { additionalTools, toolSearch } = this.#native;
    return (type === 'additional_tools' && additionalTools) || (type === 'tool_search_output' && toolSearch);
  }

  /** The tools that are sent inside an item. */
  sentIn(item: InputItem): readonly JsonObject[] {
    return this.#inItems.get(item) ?? [];
  }

  /** Whether any tools are sent inside items. */
  get hasToolsInItems(): boolean {
    return [...this.#inItems.values()].some((tools) => tools.length > 0);
  }

  /** Whether custom calls of this tool are sent as such. */
  keepsCustom(name: string): boolean {
    const { customTools, customNames } = this.#native;
    return customTools !== 'function' && (customNames === null || customNames.includes(name));
  }

  /** The provider's name for a tool, which may come from the history and no longer be declared. */
  sentName(namespace: string | null | undefined, name: string): SentName {
    // Codex's name for "no namespace", though its Lite requests do declare one with that name.
    const isNone = !namespace || (namespace === 'functions' && !this.#namespaces.has(namespace));
    if (isNone || this.#native.namespaces === 'flat') return { name: this.upstreamName(namespace, name) };
    return { namespace: this.#legal(namespace), name: this.#legal(name) };
  }

  /**
   * The table's name for the tool that a provider called, even if it changed the name: namespaces get lost, doubled
   * (`execexec`), or prefixed to the name. For an undeclared tool, the name as it was called.
   */
  calledName(namespace: string | undefined, name: string): string {
    const exact = this.#bySent.get(keyOf(namespace, name));
    if (exact !== undefined) return exact.upstreamName;
    const flat = flatName(namespace === name ? undefined : namespace, name);
    const found = this.resolve(flat) ?? this.resolve(name) ?? this.#member(name);
    return found?.upstreamName ?? flat;
  }

  /** Whether a tool was sent under exactly this name. */
  sends(namespace: string | undefined, name: string): boolean {
    return this.#bySent.has(keyOf(namespace, name));
  }

  /** Whether a tool may be declared twice. Where tools of items join `tools`, it is this relay that would repeat them. */
  get #mayRepeat(): boolean {
    const { namespaces, additionalTools, toolSearch } = this.#native;
    return namespaces === 'keep' && additionalTools && toolSearch;
  }

  #member(called: string): DeclaredTool | undefined {
    for (const name of bareNames(called)) {
      const member = this.#byMember.get(name);
      if (member !== undefined) return member;
    }
    return undefined;
  }

  #gather(tools: readonly Tool[]): JsonObject[] {
    return tools.flatMap((tool) => {
      if (tool.type === 'namespace') return this.#namespace(tool);
      const declared = this.declared(undefined, tool.name ?? tool.type);
      if (declared !== undefined) return this.#tool(tool, declared, declared.upstreamName);
      return this.#hostedTool(tool);
    });
  }

  #namespace(tool: Tool): JsonObject[] {
    const { name, description, tools: members } = tool;
    const isFlat = this.#native.namespaces === 'flat' || !name;
    const sent = (members ?? []).flatMap((member) => {
      const declared = this.declared(name, member.name ?? member.type);
      if (declared === undefined) return [];
      this.#noteMember(declared);
      return this.#tool(
        member,
        declared,
        isFlat ? declared.upstreamName : this.#legal(declared.name),
        name ?? undefined,
      );
    });
    if (isFlat || sent.length === 0) return sent;
    const known = this.#namespaces.get(name);
    if (known !== undefined && !this.#mayRepeat) {
      // DeepSeek, 2026-09: a second namespace with the same name makes every further request of the thread fail.
      for (const member of sent) known.tools.push(member);
      return [];
    }
    const entry: SentNamespace = {
      type: 'namespace',
      name: this.#legal(name),
      // OpenRouter, 2026-10: required.
      description: description ?? `Tools of ${name}.`,
      tools: sent,
    };
    this.#namespaces.set(name, entry);
    return [entry];
  }

  #noteMember(declared: DeclaredTool): void {
    const { name } = declared;
    const known = this.#byMember.get(name);
    const isAmbiguous = this.#byMember.has(name) && known !== declared;
    this.#byMember.set(name, isAmbiguous ? undefined : declared);
  }

  /** One tool; none if the request already has it and may not have it twice. */
  #tool(tool: Tool, declared: DeclaredTool, name: string, namespace?: string): JsonObject[] {
    const isNamespaced = Boolean(namespace) && this.#native.namespaces !== 'flat';
    const key = keyOf(isNamespaced ? this.#legal(namespace ?? '') : undefined, name);
    if (this.#bySent.has(key) && !this.#mayRepeat) return [];
    this.#bySent.set(key, declared);
    return [this.#entry(tool, declared, name, isNamespaced)];
  }

  #entry(tool: Tool, declared: DeclaredTool, name: string, isNamespaced: boolean): JsonObject {
    const flat = this.#lowered.get(declared.upstreamName) ?? {};
    const lowered = isNamespaced ? withOwnDescription(flat, declared.kind.lower(tool).description) : flat;
    const { description = null, format } = tool;
    if (declared.kind.toolType === 'tool_search' && this.#native.toolSearch) {
      const { execution = 'client', parameters = null } = tool;
      return {
        type: 'tool_search',
        execution,
        ...(description === null ? {} : { description }),
        ...(parameters === null ? {} : { parameters }),
      };
    }
    if (declared.kind.toolType !== 'custom' || !this.keepsCustom(declared.name))
      return { type: 'function', ...lowered, name };
    const isPlain = !format || format.type === 'text';
    if (this.#native.customTools === 'keep' || isPlain) {
      return {
        type: 'custom',
        name,
        ...(description === null ? {} : { description }),
        ...(format ? { format: { ...format } as JsonObject } : {}),
      };
    }
    return { type: 'custom', name, description: withGrammar(description ?? '', format) };
  }

  /** A tool that the provider runs itself, without the settings that it refuses. */
  #hostedTool(tool: Tool): JsonObject[] {
    const { hostedTools } = this.#native;
    const refused = Object.hasOwn(hostedTools, tool.type) ? hostedTools[tool.type] : undefined;
    if (refused === undefined || !this.dropped.has(tool.type)) return [];
    // A client that allows no live web access must not get it just because the provider lacks the setting.
    if (tool.external_web_access === false && refused.includes('external_web_access')) return [];
    this.dropped.delete(tool.type);
    const entries = Object.entries(tool).filter(([field]) => !refused.includes(field));
    return [Object.fromEntries(entries) as JsonObject];
  }

  #legal(name: string): string {
    return legalName(name, this.#profile.toolNames);
  }
}

/** Among flat tools one also tells what its namespace says, which here is sent with the namespace. */
function withOwnDescription(flat: JsonObject, own: string | undefined): JsonObject {
  const { name = null, description, ...rest } = flat;
  return { name, ...(own && description ? { description: own } : {}), ...rest };
}

function keyOf(namespace: string | undefined, name: string): string {
  return `${namespace ?? ''}\n${name}`;
}

function withGrammar(description: string, { type, syntax, definition }: NonNullable<Tool['format']>): string {
  const grammar = `The text must follow this ${syntax ?? type} grammar:\n${definition ?? ''}`;
  return description === '' ? grammar : `${description}\n\n${grammar}`;
}
