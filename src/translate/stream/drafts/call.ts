import { type Json, parseJson } from '../../../json.ts';
import type { OutputItem } from '../../../wire/responses.ts';
import { CalledName } from '../../tools/called-name.ts';
import { freeTextOf } from '../../tools/free-text.ts';
import type { ToolName } from '../../tools/kind.ts';
import { type CallIdPrefix, type DeclarableKind, UNDECLARED_KIND } from '../../tools/kinds/index.ts';
import { beginsBare, PATCH_TOOL } from '../../tools/patch-text.ts';
import type { ToolTable } from '../../tools/table.ts';
import { ArgumentsText, withoutPositions } from '../text/arguments-text.ts';
import { StringFieldReader } from '../text/string-field.ts';
import { WholeCharacters } from '../text/whole-characters.ts';
import type { Draft, Ending, EventOutput } from './draft.ts';

/** A call of any kind of tool, restored to the kind that the client declared. */
export class CallDraft implements Draft {
  readonly callId: string;
  /** Provider metadata that must go back with this call. */
  extra: Json | undefined;
  readonly #newId: (prefix: CallIdPrefix) => string;
  readonly #tools: ToolTable;
  readonly #name: CalledName;
  /** An earlier call with the same id, which this one may merely repeat. */
  readonly #twin: CallDraft | undefined;
  #id = '';
  #tool: (ToolName & { kind: DeclarableKind }) | undefined;
  #index = -1;
  #isClosed = false;
  /** Whether a fragment of arguments came without a name, which means that the name is complete. */
  #isNameOver = false;
  /** Whether the name turned out to be another tool's after the item had begun. */
  #isMisnamed = false;
  /** Reads the free text, for kinds that have it. */
  #reader: StringFieldReader | undefined;
  readonly #characters = new WholeCharacters();
  readonly #arguments = new ArgumentsText();

  constructor(
    callId: string,
    tools: ToolTable,
    newId: (prefix: CallIdPrefix) => string,
    twin: CallDraft | undefined,
  ) {
    this.callId = callId;
    this.#tools = tools;
    this.#newId = newId;
    this.#twin = twin;
    this.#name = new CalledName(tools);
  }

  /** As far as it has arrived. */
  get name(): string {
    return this.#name.text;
  }

  get arguments(): string {
    return this.#arguments.text;
  }

  /** True if the arguments are one complete, non-empty JSON object. */
  get isWhole(): boolean {
    return this.#arguments.isWhole;
  }

  /** Whether the arguments have begun and are not complete. */
  get isOpenInside(): boolean {
    return this.hasArguments && !this.isWhole && !this.isPlaceholder;
  }

  /** Whether only an empty object has arrived, so that more may follow. */
  get isPlaceholder(): boolean {
    return this.#arguments.isPlaceholder;
  }

  /** Whether arguments have begun. */
  get hasArguments(): boolean {
    return !this.#arguments.isBlank;
  }

  /** True for the repetition of a call that was sent twice. */
  get isVoid(): boolean {
    const twin = this.#twin;
    if (twin === undefined || !this.isWhole || twin.name !== this.name) return false;
    return twin.arguments === this.arguments || isSameJson(twin.arguments, this.arguments);
  }

  /**
   * The wrong tool must never run. A declared name that might continue is settled once arguments come without a name,
   * or once they are complete and no longer name begins with it; an undeclared one only once they are complete.
   */
  get canOpen(): boolean {
    if (this.name === '' || (this.#twin !== undefined && !this.isWhole)) return false;
    if (this.#name.isSettled || (this.#isNameOver && this.#name.isDeclared)) return true;
    return this.isWhole && (this.#isNameOver || !this.#name.mayGrow);
  }

  /** Arguments that are a complete JSON object cannot grow. */
  get canClose(): boolean {
    return this.canOpen && this.isWhole && !this.#isMisnamed;
  }

  /** A call without a name is no call, and one that was cut off is shown only if it is complete. */
  canEnd(ending: Ending): boolean {
    if (this.name === '' || this.#isMisnamed) return false;
    return ending === 'whole' || this.isWhole || this.#arguments.isPlaceholder;
  }

  /** Whether the arguments may continue with this fragment, judging by its beginning. */
  canGoOnWith(fragment: string): boolean {
    return this.#arguments.canGoOnWith(fragment);
  }

  /** Whether the name is complete, and this is another tool's. */
  isNamedOtherThan(name: string): boolean {
    return this.#name.isOtherThan(name);
  }

  /** Whether the name goes on with this fragment, which is no name itself. */
  isContinuedBy(fragment: string): boolean {
    return this.#name.isContinuedBy(fragment);
  }

  /** Adds a name or a fragment of one; an empty or repeated one changes nothing. */
  addName(name: string): void {
    if (this.#isClosed) return;
    const before = this.name;
    const isSame = this.#name.add(name) && (this.#name.isDeclared || this.name === before);
    if (!isSame && this.#index >= 0) this.#isMisnamed = true;
  }

  /**
   * Adds a fragment of the arguments; ignored once the item has ended.
   * @param hasName whether the name, or part of it, came with the fragment
   */
  append(delta: string, hasName: boolean, out: EventOutput): void {
    if (this.#isClosed) return;
    this.#append(this.#characters.take(delta), out);
    if (!hasName && this.name !== '' && this.hasArguments) this.#isNameOver = true;
  }

  open(out: EventOutput, outputIndex: number): void {
    this.#index = outputIndex;
    const tool = this.#tools.resolve(this.name) ??
      this.#tools.guess(this.name) ?? { kind: UNDECLARED_KIND, name: this.name, namespace: undefined };
    const { textField, idPrefix } = tool.kind;
    this.#tool = tool;
    this.#id = this.#newId(idPrefix);
    // A patch with something around it is cut out once it is complete.
    const isExpected = tool.name === PATCH_TOOL ? beginsBare : undefined;
    if (textField !== null) this.#reader = new StringFieldReader(textField, isExpected);
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
    if (this.arguments !== '') this.#delta(this.arguments, out);
  }

  close(out: EventOutput): OutputItem | undefined {
    this.#append(this.#characters.flush(), out);
    this.#isClosed = true;
    const tool = this.#tool;
    const payload = this.#payload(tool?.name ?? '');
    if (tool === undefined || payload === undefined) return undefined;
    const sent = this.#reader === undefined ? this.arguments : this.#reader.value;
    // What was sent cannot be taken back.
    if (!payload.startsWith(sent)) return undefined;
    if (payload.length > sent.length) this.#pushDelta(payload.slice(sent.length), out);
    const place = { sequence_number: out.next(), item_id: this.#id, output_index: this.#index };
    out.push(tool.kind.done(tool, payload, place));
    return tool.kind.restore(tool, {
      itemId: this.#id,
      callId: this.callId,
      status: 'completed',
      payload,
    });
  }

  /** The complete arguments or free text; undefined if they were cut off. */
  #payload(tool: string): string | undefined {
    const reader = this.#reader;
    // The text may be complete even if the object around it is not.
    if (reader?.isSound) return reader.value;
    const whole = this.#arguments.end();
    if (whole === undefined) return undefined;
    return reader === undefined ? withoutPositions(whole) : freeTextOf(whole, reader.field, tool);
  }

  #append(fragment: string, out: EventOutput): void {
    const added = this.#arguments.append(fragment);
    if (added !== '' && this.#index >= 0) this.#delta(added, out);
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

function isSameJson(left: string, right: string): boolean {
  const [one, other] = [parseJson(left), parseJson(right)];
  return one !== undefined && JSON.stringify(one) === JSON.stringify(other);
}
