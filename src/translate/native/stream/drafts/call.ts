import type { OutputItem } from '../../../../wire/responses.ts';
import { CallDraft } from '../../../stream/drafts/call.ts';
import type { Ending, EventOutput } from '../../../stream/drafts/draft.ts';
import type { CallIdPrefix } from '../../../tools/kinds/index.ts';
import type { NativeTools } from '../../native-tools.ts';
import type { Shape } from '../item-shape.ts';
import type { Said } from '../read-event.ts';
import { WholeNumbers } from '../whole-numbers.ts';
import { added, type NativeDraft } from './native-draft.ts';

/**
 * A call in a provider's own response. The Chat draft restores it: free text for a custom tool is passed to that draft
 * as the JSON with which the tool's function would have been called.
 */
export class NativeCall implements NativeDraft {
  readonly hasContent = true;
  isOver = false;
  isClosed = false;
  readonly callId: string;
  readonly #draft: CallDraft;
  readonly #tools: NativeTools;
  readonly #isTwin: boolean;
  readonly #numbers = new WholeNumbers();
  #isDeclared = false;
  /** Whether a later event names another tool: nobody can tell which one is meant, and the wrong one must not run. */
  #isMisnamed = false;
  /** The field that free text is put into; null: the payload is JSON. Undefined until some of it has been read. */
  #field: string | null | undefined;
  /** The payload so far, and the part of it that waits for the name. */
  #payload = '';
  #waiting = '';

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
    return !this.#isMisnamed && this.#draft.canEnd(ending);
  }

  /** The first name counts; an event that changes it spoils the call. */
  begin(shape: Shape): void {
    if (shape.type !== 'call' || shape.name === '') return;
    const called = this.#tools.calledName(shape.namespace, shape.name);
    if (this.name !== '') {
      const other = this.#tools.resolve(called);
      this.#isMisnamed ||= other !== undefined && other !== this.#tools.resolve(this.name);
      return;
    }
    this.#draft.addName(called);
    this.#isDeclared = this.#tools.resolve(called) !== undefined;
  }

  say({ channel, text, isWhole }: Said, out: EventOutput): void {
    this.#append(isWhole ? added(this.#payload, text) : text, channel === 'input', out);
  }

  complete(shape: Shape, out: EventOutput): void {
    if (shape.type !== 'call' || this.isOver) return;
    this.begin(shape);
    this.#append(added(this.#payload, shape.payload), shape.isFreeText, out);
    this.#read(shape.isFreeText, out);
    if (this.#field) this.#draft.append('"}', false, out);
    const { isWhole, isPlaceholder, hasArguments } = this.#draft;
    this.isOver = isWhole || isPlaceholder || !hasArguments;
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
    return this.#tools.resolve(this.name)?.kind.textField ?? null;
  }
}

/** Text escaped for the inside of a JSON string. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
