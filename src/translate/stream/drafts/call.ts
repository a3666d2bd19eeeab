import type { Json } from '../../../json.ts';
import type { OutputItem } from '../../../wire/responses.ts';
import type { ToolName } from '../../tools/kind.ts';
import { type CallIdPrefix, type DeclarableKind, UNDECLARED_KIND } from '../../tools/kinds/index.ts';
import type { ToolTable } from '../../tools/table.ts';
import { ObjectText } from '../text/object-text.ts';
import { freeTextOf, StringFieldReader } from '../text/string-field.ts';
import { WholeCharacters } from '../text/whole-characters.ts';
import type { Draft, Ending, EventOutput } from './draft.ts';

/** A call of a tool of any kind, restored to the kind that the client declared. */
export class CallDraft implements Draft {
  readonly callId: string;
  /** Provider metadata that must return with this call. */
  extra: Json | undefined;
  readonly #newId: (prefix: CallIdPrefix) => string;
  readonly #tools: ToolTable;
  #name = '';
  #id = '';
  #tool: (ToolName & { kind: DeclarableKind }) | undefined;
  #index = -1;
  #isClosed = false;
  /** Reads the free text of a kind that has some. */
  #reader: StringFieldReader | undefined;
  readonly #characters = new WholeCharacters();
  #arguments = new ObjectText();
  #isHeld = false;

  constructor(callId: string, tools: ToolTable, newId: (prefix: CallIdPrefix) => string) {
    this.callId = callId;
    this.#tools = tools;
    this.#newId = newId;
  }

  /** As far as it has arrived. */
  get name(): string {
    return this.#name;
  }

  get arguments(): string {
    return this.#arguments.text;
  }

  /** True when the arguments are one whole JSON object. */
  get isWhole(): boolean {
    return this.#arguments.isWhole;
  }

  /** A name may come in pieces: it is settled when it is a declared one, or when arguments begin. */
  get canOpen(): boolean {
    return this.#name !== '' && (this.arguments !== '' || this.#tools.resolve(this.#name) !== undefined);
  }

  /** Arguments that are a whole JSON object cannot grow; a bare `{}` may be a placeholder for what follows. */
  get canClose(): boolean {
    if (!this.canOpen || this.arguments === '{}' || !this.isWhole) return false;
    return this.#reader === undefined || this.#textOf(this.#reader) !== undefined;
  }

  /** A call without a name is none, and one that was cut off is not shown at all unless it is whole. */
  canEnd(ending: Ending): boolean {
    return this.#name !== '' && (ending === 'whole' || this.isWhole);
  }

  /** Names come whole, repeated, or in fragments; an empty or repeated one changes nothing. */
  addName(name: string): void {
    if (name === '' || name === this.#name || this.arguments !== '') return;
    if (this.#tools.resolve(this.#name) === undefined) this.#name += name;
  }

  /** A fragment of the arguments; ignored once the item has ended. */
  append(delta: string, out: EventOutput): void {
    if (!this.#isClosed) this.#append(this.#characters.take(delta), out);
  }

  open(out: EventOutput, outputIndex: number): void {
    this.#index = outputIndex;
    const tool = this.#tools.resolve(this.#name) ?? {
      kind: UNDECLARED_KIND,
      name: this.#name,
      namespace: undefined,
    };
    const { textField, idPrefix } = tool.kind;
    this.#tool = tool;
    this.#id = this.#newId(idPrefix);
    if (textField !== null) this.#reader = new StringFieldReader(textField);
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
    this.#append(this.#characters.flush(), out);
    this.#isClosed = true;
    const tool = this.#tool;
    const payload =
      this.#reader === undefined ? this.#wholeArguments(out) : this.#wholeText(this.#reader, out);
    if (tool === undefined || payload === undefined) return undefined;
    const place = { sequence_number: out.next(), item_id: this.#id, output_index: this.#index };
    out.push(tool.kind.done(tool, payload, place));
    return tool.kind.restore(tool, {
      itemId: this.#id,
      callId: this.callId,
      status: 'completed',
      payload,
    });
  }

  #append(fragment: string, out: EventOutput): void {
    if (fragment === '') return;
    if (this.arguments === '' && fragment === '{}') {
      // Gateways to Anthropic's API, 2026-11: a placeholder for the arguments that follow, or all there is.
      this.#isHeld = true;
      this.#arguments.append(fragment);
      return;
    }
    if (this.#isHeld && fragment.trimStart().startsWith('{')) this.#dropHeld();
    this.#releaseHeld(out);
    this.#arguments.append(fragment);
    if (this.#index >= 0) this.#delta(fragment, out);
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
    // Some providers send no text at all for a tool without parameters.
    if (this.arguments.trim() === '') this.#append('{}', out);
    this.#releaseHeld(out);
    return this.isWhole ? this.arguments : undefined;
  }

  #wholeText(reader: StringFieldReader, out: EventOutput): string | undefined {
    const text = this.#textOf(reader);
    if (!reader.isComplete && text !== undefined && text !== '') this.#pushDelta(text, out);
    return text;
  }

  /** The free text, whole; undefined where there is none, or not yet. */
  #textOf(reader: StringFieldReader): string | undefined {
    if (reader.isComplete) return reader.isSound ? reader.value : undefined;
    return reader.value === '' ? freeTextOf(this.arguments, reader.field) : undefined;
  }

  #delta(fragment: string, out: EventOutput): void {
    const delta = this.#reader === undefined ? fragment : this.#reader.feed(fragment);
    if (delta !== '') this.#pushDelta(delta, out);
  }

  #pushDelta(delta: string, out: EventOutput): void {
    if (this.#tool === undefined) return;
    out.push({
      type: this.#tool.kind.deltaType,
      sequence_number: out.next(),
      item_id: this.#id,
      output_index: this.#index,
      delta,
    });
  }
}
