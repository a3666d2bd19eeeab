/**
 * Output items while they are being made. A draft collects what arrives; while it is live, what it collects
 * goes out as events at once. Only one draft is live at a time (see `ResponseStream`).
 */
import { ObjectText } from './object-text.ts';
import type { Json, OutputItem, ResponseEvent, SummaryTextPart } from './responses.ts';
import { freeTextOf, StringFieldReader } from './string-field.ts';
import {
  CUSTOM_INPUT_FIELD,
  type DeclaredTool,
  FUNCTION_KIND,
  type ToolKind,
  type ToolTable,
} from './tools.ts';

/** Where events go; numbers them. */
export interface EventOutput {
  push(event: ResponseEvent): void;
  next(): number;
}

export interface Draft {
  /** Whether enough is known to begin the item. */
  readonly canOpen: boolean;
  /** Whether the item may end now because another one begins. */
  readonly canClose: boolean;
  open(out: EventOutput, outputIndex: number): void;
  /** The finished item, after its last events; undefined when it is not whole and must not be offered. */
  close(out: EventOutput, ending: Ending): OutputItem | undefined;
}

/** `cut`: the provider's token limit ended the response inside this item. */
export type Ending = 'whole' | 'cut';

/** Text that is split between the halves of a surrogate pair cannot be encoded: the first half waits. */
class WholeCharacters {
  #held = '';

  take(delta: string): string {
    const text = this.#held + delta;
    const last = text.charCodeAt(text.length - 1);
    const endsInside = last >= 0xd800 && last <= 0xdbff;
    this.#held = endsInside ? text.slice(-1) : '';
    return endsInside ? text.slice(0, -1) : text;
  }

  /** What is left of a character whose second half never came. */
  flush(): string {
    const rest = this.#held === '' ? '' : '\ufffd';
    this.#held = '';
    return rest;
  }
}

export class MessageDraft implements Draft {
  readonly canOpen = true;
  readonly canClose = true;
  readonly part: 'output_text' | 'refusal';
  readonly #id: string;
  readonly #characters = new WholeCharacters();
  #text = '';
  #index = -1;

  constructor(id: string, part: 'output_text' | 'refusal') {
    this.#id = id;
    this.part = part;
  }

  append(delta: string, out: EventOutput): void {
    const text = this.#characters.take(delta);
    if (text === '') return;
    this.#text += text;
    if (this.#index >= 0) this.#delta(text, out);
  }

  open(out: EventOutput, outputIndex: number): void {
    this.#index = outputIndex;
    out.push({
      type: 'response.output_item.added',
      sequence_number: out.next(),
      output_index: outputIndex,
      item: { type: 'message', id: this.#id, status: 'in_progress', role: 'assistant', content: [] },
    });
    out.push({
      type: 'response.content_part.added',
      sequence_number: out.next(),
      item_id: this.#id,
      output_index: outputIndex,
      content_index: 0,
      part: this.#partWith(''),
    });
    if (this.#text !== '') this.#delta(this.#text, out);
  }

  close(out: EventOutput, ending: Ending): OutputItem {
    const rest = this.#characters.flush();
    if (rest !== '') {
      this.#text += rest;
      this.#delta(rest, out);
    }
    const where = { item_id: this.#id, output_index: this.#index, content_index: 0 };
    const text = this.#text;
    out.push(
      this.part === 'output_text'
        ? { type: 'response.output_text.done', sequence_number: out.next(), ...where, text, logprobs: [] }
        : { type: 'response.refusal.done', sequence_number: out.next(), ...where, refusal: text },
    );
    const part = this.#partWith(text);
    out.push({ type: 'response.content_part.done', sequence_number: out.next(), ...where, part });
    return {
      type: 'message',
      id: this.#id,
      status: ending === 'cut' ? 'incomplete' : 'completed',
      role: 'assistant',
      content: [part],
    };
  }

  #partWith(text: string) {
    return this.part === 'output_text'
      ? { type: 'output_text' as const, text, annotations: [] as [], logprobs: [] as [] }
      : { type: 'refusal' as const, refusal: text };
  }

  #delta(delta: string, out: EventOutput): void {
    const sequence_number = out.next();
    const where = { item_id: this.#id, output_index: this.#index, content_index: 0 };
    out.push(
      this.part === 'output_text'
        ? { type: 'response.output_text.delta', sequence_number, ...where, delta, logprobs: [] }
        : { type: 'response.refusal.delta', sequence_number, ...where, delta },
    );
  }
}

export class ReasoningDraft implements Draft {
  readonly canOpen = true;
  readonly canClose = true;
  /** Entries of `reasoning_details` that arrived with this item, in fragments. */
  readonly details: Json[] = [];
  readonly #id: string;
  readonly #showsSummary: boolean;
  readonly #characters = new WholeCharacters();
  readonly #seal: (draft: ReasoningDraft) => string | undefined;
  #text = '';
  #index = -1;
  #hasPart = false;

  /** @param seal gives the item's `encrypted_content` when the item ends */
  constructor(id: string, showsSummary: boolean, seal: (draft: ReasoningDraft) => string | undefined) {
    this.#id = id;
    this.#showsSummary = showsSummary;
    this.#seal = seal;
  }

  get text(): string {
    return this.#text;
  }

  append(delta: string, out: EventOutput): void {
    const text = this.#characters.take(delta);
    if (text === '') return;
    this.#text += text;
    if (this.#index >= 0) this.#delta(text, out);
  }

  open(out: EventOutput, outputIndex: number): void {
    this.#index = outputIndex;
    out.push({
      type: 'response.output_item.added',
      sequence_number: out.next(),
      output_index: outputIndex,
      item: { type: 'reasoning', id: this.#id, summary: [] },
    });
    if (this.#text !== '') this.#delta(this.#text, out);
  }

  close(out: EventOutput): OutputItem {
    const rest = this.#characters.flush();
    if (rest !== '') {
      this.#text += rest;
      this.#delta(rest, out);
    }
    if (this.#hasPart) this.#closePart(out);
    const sealed = this.#seal(this);
    return {
      type: 'reasoning',
      id: this.#id,
      summary: this.#hasPart ? [this.#part(this.#text)] : [],
      ...(this.#showsSummary || this.#text === ''
        ? {}
        : { content: [{ type: 'reasoning_text', text: this.#text }] }),
      ...(sealed === undefined ? {} : { encrypted_content: sealed }),
    };
  }

  #delta(delta: string, out: EventOutput): void {
    if (!this.#showsSummary) return;
    if (!this.#hasPart) this.#openPart(out);
    out.push({
      type: 'response.reasoning_summary_text.delta',
      sequence_number: out.next(),
      ...this.#where(),
      delta,
    });
  }

  #openPart(out: EventOutput): void {
    this.#hasPart = true;
    out.push({
      type: 'response.reasoning_summary_part.added',
      sequence_number: out.next(),
      ...this.#where(),
      part: this.#part(''),
    });
  }

  #closePart(out: EventOutput): void {
    const text = this.#text;
    out.push({
      type: 'response.reasoning_summary_text.done',
      sequence_number: out.next(),
      ...this.#where(),
      text,
    });
    out.push({
      type: 'response.reasoning_summary_part.done',
      sequence_number: out.next(),
      ...this.#where(),
      part: this.#part(text),
    });
  }

  #where() {
    return { item_id: this.#id, output_index: this.#index, summary_index: 0 };
  }

  #part(text: string): SummaryTextPart {
    return { type: 'summary_text', text };
  }
}

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
