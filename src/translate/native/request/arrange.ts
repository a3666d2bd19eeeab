/**
 * Puts a conversation in order: every call has one output, every output has its call, and outputs follow the answer
 * that made the calls.
 */
import type { JsonObject } from '../../../json.ts';
import type { InputItem } from '../../../wire/responses.ts';
import { CallIds } from '../../request/call-ids.ts';
import { NO_OUTPUT } from '../../request/messages.ts';
import type { NativeProfile } from '../native-profile.ts';
import { textPart } from './content.ts';
import type { CallEntry, Entry, OutputEntry } from './entries.ts';

/** A call of an answer, with the output that belongs to it. */
interface PlacedCall extends CallEntry {
  output: OutputEntry | undefined;
  /** How often it was repeated in the same answer before its output came. */
  repeats: number;
}

/** Everything that the assistant says between two items from others. */
export interface Answer {
  kind: 'answer';
  said: (Extract<Entry, { kind: 'said' }> | PlacedCall)[];
}

export type Arranged =
  | Exclude<Entry, CallEntry | OutputEntry | { kind: 'summary' }>
  | Answer
  /** An output whose call is gone. */
  | { kind: 'orphan'; source: InputItem };

/** Gathers entries, oldest first, into answers, and assigns each output to its call. */
export function arrange(entries: readonly Entry[]): Arranged[] {
  const arranger = new Arranger();
  for (const entry of entries) arranger.add(entry);
  return arranger.end();
}

class Arranger {
  #blocks: Arranged[] = [];
  #answer: Answer | undefined;
  #summary: Arranged | undefined;
  /** Calls still without an output, oldest first. Ids recur, so an output belongs to the newest call with its id. */
  #open: { answer: Answer; call: PlacedCall }[] = [];

  add(entry: Entry): void {
    switch (entry.kind) {
      case 'instructions':
        this.#close();
        this.#blocks.push(entry);
        break;
      case 'said':
        if (entry.isAnswer) this.#openAnswer().said.push(entry);
        else {
          this.#close();
          this.#blocks.push(entry);
        }
        break;
      case 'summary':
        this.#summarise(entry.item);
        break;
      case 'call':
        this.#call(entry);
        break;
      case 'output':
        this.#output(entry);
        break;
    }
  }

  end(): Arranged[] {
    this.#close();
    return this.#blocks;
  }

  /** The summary covers what the assistant said and did before; what users said stays, as in OpenAI's API. */
  #summarise(item: JsonObject): void {
    this.#answer = undefined;
    this.#open = [];
    this.#blocks = this.#blocks.filter((block) => block.kind !== 'answer' && block !== this.#summary);
    this.#summary = { kind: 'said', item, isAnswer: false, isReadable: false };
    this.#blocks.push(this.#summary);
  }

  #call(entry: CallEntry): void {
    const answer = this.#openAnswer();
    const open = this.#open.findLast(({ call }) => call.callId === entry.callId);
    // Clients that continue a stored response may repeat its calls, together with their outputs.
    if (entry.callId !== undefined && open !== undefined && isSame(open.call, entry)) {
      if (open.answer === answer) open.call.repeats += 1;
      return;
    }
    const call = { ...entry, output: undefined, repeats: 0 };
    answer.said.push(call);
    this.#open.push({ answer, call });
  }

  #output(entry: OutputEntry): void {
    this.#close();
    const at = this.#openCallOf(entry);
    const open = this.#open[at];
    if (open === undefined) {
      this.#blocks.push({ kind: 'orphan', source: entry.source });
      return;
    }
    const { answer, call } = open;
    if (call.output === undefined) {
      call.output = entry;
      if (call.repeats === 0) this.#open.splice(at, 1);
    } else {
      // A second output right after the first: what looked like a repeated call was a separate one.
      call.repeats -= 1;
      if (call.repeats === 0) this.#open.splice(at, 1);
      answer.said.splice(answer.said.indexOf(call) + 1, 0, { ...call, output: entry, repeats: 0 });
    }
    this.#moveToEnd(answer);
  }

  /**
   * An output that names no call belongs to the oldest one that has none yet. If ids recur, one that names a call
   * belongs to the newest answer with such a call, and to the first one there.
   */
  #openCallOf({ callId, itemId }: OutputEntry): number {
    const own = callId ?? itemId;
    const newest = this.#open.findLast(({ call }) => own !== undefined && call.callId === own)?.answer;
    const named = this.#open.findIndex(
      ({ answer, call }) => own !== undefined && answer === newest && call.callId === own,
    );
    if (named !== -1 || callId !== undefined) return named;
    return this.#open.findIndex(({ call }) => call.output === undefined);
  }

  /** Outputs directly follow their calls, so the answer moves behind whatever came in between. */
  #moveToEnd(answer: Answer): void {
    if (this.#blocks.at(-1) === answer) return;
    this.#blocks.splice(this.#blocks.lastIndexOf(answer), 1);
    this.#blocks.push(answer);
  }

  #openAnswer(): Answer {
    this.#answer ??= { kind: 'answer', said: [] };
    return this.#answer;
  }

  #close(): void {
    if (this.#answer !== undefined) this.#blocks.push(this.#answer);
    this.#answer = undefined;
  }
}

function isSame(left: CallEntry, right: CallEntry): boolean {
  return JSON.stringify(left.item) === JSON.stringify(right.item);
}

/** Whether any answer calls tools without readable reasoning. */
export function lacksThoughts(blocks: readonly Arranged[]): boolean {
  return blocks.some(
    (block) =>
      block.kind === 'answer' &&
      block.said.some(({ kind }) => kind === 'call') &&
      !block.said.some((entry) => entry.kind === 'said' && entry.isReadable),
  );
}

/** Writes answers as items, with call ids in a form that the provider accepts. */
export class AnswerWriter {
  readonly #native: NativeProfile;
  readonly #callIds: CallIds;
  #unnamed = 0;

  constructor(native: NativeProfile) {
    this.#native = native;
    this.#callIds = new CallIds(native.callIds);
  }

  /** The answer (its calls last or as made, see `callOrder`), then the outputs, then their images. */
  write({ said }: Answer): JsonObject[] {
    const calls = said.filter((entry) => entry.kind === 'call');
    const comeLast = this.#native.callOrder === 'last';
    const words = comeLast ? said.filter((entry) => entry.kind === 'said').map(({ item }) => item) : [];
    const made = new Map(calls.map((call) => [call, this.#callId(call)]));
    const items = (comeLast ? calls : said).map((entry) =>
      entry.kind === 'call' ? { ...entry.item, call_id: made.get(entry) ?? '' } : entry.item,
    );
    const outputs = calls.map((call) => outputItem(call, made.get(call) ?? ''));
    const images = calls.flatMap(({ output }) => output?.images ?? []);
    return [...words, ...items, ...outputs, ...(images.length === 0 ? [] : [imageMessage(images)])];
  }

  #callId({ callId }: PlacedCall): string {
    return this.#callIds.next(callId ?? `call_${this.#unnamed++}`);
  }
}

function outputItem({ outputType, output, item }: PlacedCall, callId: string): JsonObject {
  const isSearch = outputType === 'tool_search_output' && item['type'] === 'tool_search_call';
  const nothing = isSearch ? { execution: 'client', status: 'completed', tools: [] } : { output: NO_OUTPUT };
  return { type: outputType, call_id: callId, ...(output?.output ?? nothing) };
}

function imageMessage(images: readonly JsonObject[]): JsonObject {
  return {
    type: 'message',
    role: 'user',
    content: [textPart('Images from the tool outputs above:'), ...images],
  };
}
