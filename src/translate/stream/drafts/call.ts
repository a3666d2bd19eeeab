import type { Json } from '../../../json.ts';
import type { OutputItem } from '../../../wire/responses.ts';
import {
  CUSTOM_INPUT_FIELD,
  type DeclaredTool,
  FUNCTION_KIND,
  type ToolKind,
  type ToolTable,
} from '../../tools/table.ts';
import { ObjectText } from '../text/object-text.ts';
import { freeTextOf, StringFieldReader } from '../text/string-field.ts';
import { WholeCharacters } from '../text/whole-characters.ts';
import type { Draft, EventOutput } from './draft.ts';

/** A call of a tool of any kind, restored to the kind that the client declared. */
export class CallDraft implements Draft {
  readonly callId: string;
  name = '';
  /** Provider metadata that must return with this call. */
  extra: Json | undefined;
  isClosed = false;
  readonly #newId: (prefix: ToolKind['idPrefix']) => string;
  readonly #tools: ToolTable;
  #id = '';
  #tool: Pick<DeclaredTool, 'kind' | 'name' | 'namespace'> | undefined;
  #index = -1;
  #reader: StringFieldReader | undefined;
  readonly #characters = new WholeCharacters();
  #arguments = new ObjectText();
  #isHeld = false;

  constructor(callId: string, tools: ToolTable, newId: (prefix: ToolKind['idPrefix']) => string) {
    this.callId = callId;
    this.#tools = tools;
    this.#newId = newId;
  }

  get arguments(): string {
    return this.#arguments.text;
  }

  /** A name may come in pieces: it is settled when it is a declared one or when arguments begin. */
  get canOpen(): boolean {
    return this.name !== '' && (this.arguments !== '' || this.#tools.resolve(this.name) !== undefined);
  }

  /** Arguments that are a whole JSON object cannot grow; a bare `{}` may be a placeholder for what follows. */
  get canClose(): boolean {
    if (!this.canOpen || this.arguments === '{}' || !this.isWhole) return false;
    return this.#reader === undefined || this.#textOf(this.#reader) !== undefined;
  }

  get isWhole(): boolean {
    return this.#arguments.isWhole;
  }

  /** Names come whole, repeated, or in fragments; an empty or repeated one changes nothing. */
  addName(name: string): void {
    if (name === '' || name === this.name || this.arguments !== '') return;
    if (this.#tools.resolve(this.name) === undefined) this.name += name;
  }

  append(delta: string, out: EventOutput): void {
    const fragment = this.#characters.take(delta);
    if (fragment === '') return;
    if (this.arguments === '' && fragment === '{}') {
      // Gateways to Anthropic's API, 2026-11: a placeholder for the arguments that follow. Or all there is.
      this.#isHeld = true;
      this.#arguments.append(fragment);
      return;
    }
    if (this.#isHeld && fragment.trimStart().startsWith('{')) this.#dropHeld();
    this.#releaseHeld(out);
    this.#arguments.append(fragment);
    if (this.#index >= 0) this.#delta(fragment, out);
  }

  open(out: EventOutput, outputIndex: number): void {
    this.#index = outputIndex;
    const tool = this.#tools.resolve(this.name) ?? {
      kind: FUNCTION_KIND,
      name: this.name,
      namespace: undefined,
    };
    this.#tool = tool;
    this.#id = this.#newId(tool.kind.idPrefix);
    if (tool.kind.payload === 'text') this.#reader = new StringFieldReader(CUSTOM_INPUT_FIELD);
    out.push({
      type: 'response.output_item.added',
      sequence_number: out.next(),
      output_index: outputIndex,
      item: tool.kind.restore(tool, {
        itemId: this.#id,
        callId: this.callId,
        status: 'in_progress',
        payload: '',
      }),
    });
    if (this.arguments !== '' && !this.#isHeld) this.#delta(this.arguments, out);
  }

  close(out: EventOutput): OutputItem | undefined {
    this.isClosed = true;
    const tool = this.#tool;
    if (tool === undefined) return undefined;
    this.append(this.#characters.flush(), out);
    const payload =
      this.#reader === undefined ? this.#wholeArguments(out) : this.#wholeText(out, this.#reader);
    if (payload === undefined) return undefined;
    const item = tool.kind.restore(tool, {
      itemId: this.#id,
      callId: this.callId,
      status: 'completed',
      payload,
    });
    this.#done(item, out);
    return item;
  }

  #dropHeld(): void {
    this.#isHeld = false;
    this.#arguments = new ObjectText();
  }

  #releaseHeld(out: EventOutput): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    if (this.#index >= 0) this.#delta(this.arguments, out);
  }

  #wholeArguments(out: EventOutput): string | undefined {
    // A tool without parameters is called with no text at all by some providers.
    if (this.arguments.trim() === '') this.append('{}', out);
    this.#releaseHeld(out);
    return this.isWhole ? this.arguments : undefined;
  }

  #wholeText(out: EventOutput, reader: StringFieldReader): string | undefined {
    const text = this.#textOf(reader);
    if (!reader.isComplete && text !== undefined && text !== '') this.#inputDelta(text, out);
    return text;
  }

  /** A custom tool's whole text; undefined while, or because, there is none. */
  #textOf(reader: StringFieldReader): string | undefined {
    if (reader.isComplete) return reader.isSound ? reader.value : undefined;
    return reader.value === '' ? freeTextOf(this.arguments, CUSTOM_INPUT_FIELD) : undefined;
  }

  #delta(fragment: string, out: EventOutput): void {
    if (this.#reader !== undefined) {
      const added = this.#reader.feed(fragment);
      if (added !== '') this.#inputDelta(added, out);
      return;
    }
    out.push({
      type: 'response.function_call_arguments.delta',
      sequence_number: out.next(),
      item_id: this.#id,
      output_index: this.#index,
      delta: fragment,
    });
  }

  #inputDelta(delta: string, out: EventOutput): void {
    out.push({
      type: 'response.custom_tool_call_input.delta',
      sequence_number: out.next(),
      item_id: this.#id,
      output_index: this.#index,
      delta,
    });
  }

  #done(item: OutputItem, out: EventOutput): void {
    const where = { item_id: this.#id, output_index: this.#index };
    if (item.type === 'custom_tool_call') {
      out.push({
        type: 'response.custom_tool_call_input.done',
        sequence_number: out.next(),
        ...where,
        input: item.input,
      });
    } else {
      out.push({
        type: 'response.function_call_arguments.done',
        sequence_number: out.next(),
        ...where,
        name: this.#tool?.name ?? this.name,
        arguments: this.arguments,
      });
    }
  }
}
