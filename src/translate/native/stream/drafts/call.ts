import type { OutputItem } from '../../../../wire/responses.ts';
import { CallDraft } from '../../../stream/drafts/call.ts';
import type { Ending, EventOutput } from '../../../stream/drafts/draft.ts';
import type { CallIdPrefix } from '../../../tools/kinds/index.ts';
import type { NativeTools } from '../../native-tools.ts';
import type { Shape, ShapedCall } from '../item-shape.ts';
import type { SaidPart } from '../read-event.ts';
import { WholeNumbers } from '../whole-numbers.ts';
import { added, type NativeDraft } from './native-draft.ts';

/**
 * A call in a provider's own response. The Chat draft restores it: free text for a custom tool is passed to that draft
 * as the JSON with which the tool's function would have been called.
 */
export class NativeCall implements NativeDraft {
  readonly hasContent = true;
  /** Whether the provider called it by another name than it was declared under. */
  isRenamed = false;
  isOver = false;
  isClosed = false;
  readonly callId: string;
  readonly #draft: CallDraft;
  readonly #tools: NativeTools;
  readonly #isTwin: boolean;
  readonly #numbers = new WholeNumbers();
  #isDeclared = false;
  #isRespelled = false;
  #isCut = false;
  /** Whether a later event names another tool: nobody can tell which one is meant, and the wrong one must not run. */
  #isMisnamed = false;
  /** The field that free text is put into; null: the payload is JSON. Undefined until some of it has been read. */
  #field: string | null | undefined;
  /** The payload so far, and the part of it that waits for the name. */
  #payload = '';
  #waiting = '';
  /** The item as it began. */
  #begun: ShapedCall | undefined;

  constructor(
    callId: string,
    tools: NativeTools,
    newId: (prefix: CallIdPrefix) => string,
    twin: NativeCall | undefined,
  ) {
    this.callId = callId;
    this.#tools = tools;
    this.#isTwin = twin !== undefined;
    this.#draft = new CallDraft(callId, tools, newId, twin === undefined ? undefined : twin.#draft);
  }

  /** The name that the provider used. */
  get name(): string {
    return this.#draft.name;
  }

  get arguments(): string {
    return this.#draft.arguments;
  }

  get unheard(): ShapedCall | undefined {
    return this.#payload === '' && this.#begun?.payload ? this.#begun : undefined;
  }

  get isMended(): boolean {
    return this.#isRespelled || this.#numbers.isChanged;
  }

  get isVoid(): boolean {
    return this.#draft.isVoid;
  }

  /** Names come whole here, so a declared one is settled. */
  get canOpen(): boolean {
    return this.#draft.canOpen || (this.#isDeclared && !this.#isTwin) || (this.isOver && this.name !== '');
  }

  get canClose(): boolean {
    return this.name !== '' && !this.#isMisnamed && (this.#draft.canClose || this.isOver);
  }

  canEnd(ending: Ending): boolean {
    // That it begins says nothing of its arguments, not even that it has none.
    const isUnsaid = this.#payload === '' && !this.isOver;
    return !this.#isMisnamed && !this.#isCut && !isUnsaid && this.#draft.canEnd(ending);
  }

  /** The first name counts; an event that changes it spoils the call. */
  begin(shape: Shape): void {
    if (shape.type !== 'call') return;
    this.#begun ??= shape;
    this.#call(shape.namespace, shape.name);
  }

  say({ channel, text, isWhole, name }: SaidPart, out: EventOutput): void {
    if (name !== undefined) this.#call(undefined, name);
    this.#append(isWhole ? added(this.#payload, text) : text, channel === 'input', out);
  }

  complete(shape: Shape, out: EventOutput): void {
    if (shape.type !== 'call' || this.isOver) return;
    this.#call(shape.namespace, shape.name);
    this.#isRespelled ||= this.#payload !== '' && this.#payload !== shape.payload;
    this.#append(added(this.#payload, shape.payload), shape.isFreeText, out);
    // The name may come with the final response.
    if (this.name === '') return;
    this.#read(shape.isFreeText, out);
    if (this.#field && !shape.isCut) this.#draft.append('"}', false, out);
    const { isWhole, isPlaceholder, hasArguments } = this.#draft;
    this.#isCut = shape.isCut && !isWhole;
    this.isOver = !this.#isCut && (isWhole || isPlaceholder || !hasArguments);
  }

  lacks(): boolean {
    return false;
  }

  successor(): undefined {
    return undefined;
  }

  open(out: EventOutput, outputIndex: number): void {
    this.#draft.open(out, outputIndex);
  }

  close(out: EventOutput): OutputItem | undefined {
    this.isClosed = true;
    return this.#draft.close(out);
  }

  #call(namespace: string | undefined, name: string): void {
    if (name === '') return;
    const called = this.#tools.calledName(namespace, name);
    if (this.name !== '') {
      const other = this.#tools.resolve(called);
      this.#isMisnamed ||= other !== undefined && other !== this.#tools.resolve(this.name);
      return;
    }
    this.#draft.addName(called);
    this.#isDeclared = this.#tools.resolve(called) !== undefined;
    this.isRenamed = this.#isDeclared && !this.#tools.sends(namespace, name);
  }

  #append(delta: string, isFreeText: boolean, out: EventOutput): void {
    if (delta === '') return;
    this.#payload += delta;
    this.#waiting += delta;
    if (this.name !== '') this.#read(isFreeText, out);
  }

  #read(isFreeText: boolean, out: EventOutput): void {
    const text = this.#waiting;
    this.#waiting = '';
    if (this.#field === undefined) {
      this.#field = isFreeText ? this.#textField : null;
      if (this.#field !== null) this.#draft.append(`{"${this.#field}":"`, false, out);
    }
    const json = this.#field === null ? this.#numbers.take(text) : escaped(text);
    this.#draft.append(json, false, out);
  }

  /** Null for a tool that takes JSON, even if it comes as a custom call, whose text is then the JSON. */
  get #textField(): string | null {
    const tool = this.#tools.resolve(this.name) ?? this.#tools.guess(this.name);
    // A call that nobody can run is told as a function's, which must have JSON.
    return tool === undefined ? UNKNOWN_FIELD : tool.kind.textField;
  }
}

const UNKNOWN_FIELD = 'input';

/** Text escaped for the inside of a JSON string. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
