/** What the assistant says in one response of a provider's own endpoint: events in, items and their events out. */
import { asObject, type Json, type JsonObject } from '../../../json.ts';
import type { HostedType, OutputItem, ResponsesRequest } from '../../../wire/responses.ts';
import type { Profile } from '../../profile.ts';
import { ownerOf, type ProviderReasoning, type ReasoningSeal } from '../../reasoning/reasoning.ts';
import type { Ending, EventOutput } from '../../stream/drafts/draft.ts';
import { refusalPart } from '../../stream/drafts/message.ts';
import { wantsSummary } from '../../stream/drafts/reasoning.ts';
import type { HealedCall } from '../../stream/healing/block.ts';
import { ItemQueue } from '../../stream/item-queue.ts';
import type { ItemIdPrefix } from '../../stream/options.ts';
import { OutgoingText } from '../../stream/outgoing-text.ts';
import type { NativeProfile } from '../native-profile.ts';
import type { NativeTools } from '../native-tools.ts';
import { answerRepairs } from './answer-repairs.ts';
import { NativeCall } from './drafts/call.ts';
import { NativeHosted } from './drafts/hosted.ts';
import { NativeMessage } from './drafts/message.ts';
import type { NativeDraft } from './drafts/native-draft.ts';
import { NativeReasoning } from './drafts/reasoning.ts';
import { type Shape, shapeOf, UNSAID } from './item-shape.ts';
import type { Channel, Place, ReadEvent } from './read-event.ts';
import { type Track, Tracks, type TrackType, trackTypeOf } from './tracks.ts';

export interface NativeAnswerOptions {
  request: ResponsesRequest;
  profile: Profile;
  native: NativeProfile;
  /** The provider's model name; reasoning is tagged with it. */
  model: string;
  tools: NativeTools;
  /** Makes a new unique item id, e.g. `msg_...`: Codex keeps ids only under the API's own prefixes. */
  newId: (prefix: ItemIdPrefix) => string;
  isCodex?: boolean;
  /** Whether calls that the model wrote into its text become real calls. Default: true. */
  heal?: boolean;
  /** Default: reasoning items carry no `encrypted_content`. */
  seal?: ReasoningSeal | undefined;
}

type NativeTrack = Track<NativeDraft>;

const CHANNEL_TYPES: Readonly<Record<Channel, 'message' | 'reasoning' | 'call'>> = {
  output_text: 'message',
  refusal: 'message',
  summary: 'reasoning',
  thinking: 'reasoning',
  arguments: 'call',
  input: 'call',
};
const HOSTED_PREFIXES = {
  web_search_call: 'ws',
  file_search_call: 'fs',
  code_interpreter_call: 'ci',
  image_generation_call: 'ig',
  mcp_list_tools: 'mcpl',
  mcp_call: 'mcp',
  mcp_approval_request: 'mcpr',
} as const satisfies Record<HostedType, ItemIdPrefix>;
export class NativeAnswer {
  readonly #options: NativeAnswerOptions;
  readonly #out: EventOutput;
  readonly #queue: ItemQueue;
  readonly #tracks = new Tracks<NativeDraft>();
  /** The drafts that have a place in the order of the answer; a draft gets it when it first has something to say. */
  readonly #placed = new Set<NativeDraft>();
  readonly #reasoning: ProviderReasoning[] = [];
  /** Shared by all messages, because calls may follow each other across them. */
  readonly #outgoing: OutgoingText;
  /** The message that spoke last; what is held back came from it. */
  #message: NativeMessage | undefined;
  /** Kinds of items that were left out. */
  readonly unknown = new Set<string>();
  /** The families of models whose calls were found in the text. */
  readonly leaked = new Set<string>();

  /** @param finished receives the complete items */
  constructor(options: NativeAnswerOptions, out: EventOutput, finished: OutputItem[]) {
    this.#options = options;
    this.#out = out;
    this.#queue = new ItemQueue(out, finished);
    this.#outgoing = new OutgoingText(options, false);
  }

  /** Names of the tools that were called so far. */
  get calledTools(): string[] {
    return this.#calls.flatMap((call) => (call.name === '' || call.isVoid ? [] : call.name));
  }

  get reasoning(): readonly ProviderReasoning[] {
    return this.#reasoning;
  }

  /** Whether any item has begun but not ended, or what may be calls is held back. */
  get isUnderWay(): boolean {
    return !this.#queue.isEmpty || this.#outgoing.isHolding;
  }

  /** Whether every item that began is finished, and at least one says or calls something. */
  get isSettled(): boolean {
    const { all } = this.#tracks;
    const speaks = all.some(
      ({ type, draft }) => draft !== undefined && (type === 'message' || type === 'call'),
    );
    // A message stays open while only the end of the answer can tell whether there is more to show.
    const isQuiet = this.#queue.isEmpty || this.#outgoing.isHolding;
    return speaks && isQuiet && all.every(({ isOver }) => isOver);
  }

  /** Whether the provider said any text, be it shown or not. */
  get hasText(): boolean {
    return this.#tracks.all.some(({ draft }) => draft instanceof NativeMessage && draft.said !== '');
  }

  /** All text that is shown. */
  get shownText(): string {
    return [...this.#placed].map((draft) => (draft instanceof NativeMessage ? draft.text : '')).join('');
  }

  /** What had to be changed in the items, in short words; see `answerRepairs`. */
  get repairs(): string[] {
    return [
      ...(this.unknown.size > 0 ? ['unknown-item'] : []),
      ...(this.leaked.size > 0 ? ['leaked-call'] : []),
      ...answerRepairs(this.#tracks.all),
    ];
  }

  item({ place, item, isDone }: Extract<ReadEvent, { kind: 'item' }>): void {
    const shape = this.#shape(item);
    if (shape === undefined) return;
    const callId = shape.type === 'call' ? shape.callId : undefined;
    const known = isDone
      ? this.#tracks.finished(shape, place, callId)
      : this.#tracks.begun(trackTypeOf(shape), place, callId);
    const track = known ?? this.#begin(shape, place, this.#isServerCall(item));
    track.callId ??= callId;
    track.place = { id: track.place.id ?? place.id, index: track.place.index ?? place.index };
    if (isDone) {
      track.isEnded = true;
      this.#complete(track, shape);
    } else {
      track.isBegun = true;
      track.draft?.begin(shape);
      if (shape.type === 'call' || shape.type === 'hosted') this.#place(track.draft);
    }
    this.#queue.advance();
  }

  text({ place, said }: Extract<ReadEvent, { kind: 'text' }>): void {
    if (said.text === '') return;
    const { channel } = said;
    const type = CHANNEL_TYPES[channel];
    const track = this.#tracks.current(type, place) ?? this.#begin(UNSAID[type], place, false);
    if (track.isOver) return;
    if (track.draft?.isClosed && !said.isWhole) this.#goOn(track);
    if (track.draft === undefined || track.draft.isClosed) return;
    const { draft } = track;
    const told = channel === 'refusal' ? { ...said, channel: refusalPart(this.#options) } : said;
    if (draft instanceof NativeMessage) this.#turnTo(draft);
    else this.#place(draft);
    draft.say(told, this.#out);
    // A message may turn out to be nothing but calls.
    if (draft.hasContent) this.#place(draft);
    this.#queue.advance();
  }

  cite({ place, citation }: Extract<ReadEvent, { kind: 'citation' }>): void {
    const draft = this.#tracks.current('message', place)?.draft;
    if (draft instanceof NativeMessage && !draft.isClosed) draft.cite(citation, this.#out);
  }

  /** Takes the items of the final response, and sends what was not sent before. */
  reconcile(output: readonly Json[]): void {
    const ordinals = new Map<TrackType, number>();
    const claimed = new Set<NativeTrack>();
    for (const [at, value] of output.entries()) {
      const item = asObject(value);
      const shape = item === undefined ? undefined : this.#shape(item);
      if (item === undefined || shape === undefined) continue;
      const type = trackTypeOf(shape);
      const ordinal = ordinals.get(type) ?? 0;
      ordinals.set(type, ordinal + 1);
      const callId = shape.type === 'call' ? shape.callId : undefined;
      const id = typeof item['id'] === 'string' ? item['id'] : undefined;
      const known = this.#tracks.final(shape, at, ordinal, { callId, id }, claimed);
      const track = known ?? this.#begin(shape, { index: at, id }, this.#isServerCall(item));
      claimed.add(track);
      this.#complete(track, shape);
      this.#queue.advance();
    }
  }

  /** @returns false if an item was incomplete: the answer ends before it */
  close(ending: Ending): boolean {
    if (ending === 'whole') {
      for (const { draft } of this.#tracks.all) {
        if (draft === undefined || draft.isClosed) continue;
        if (draft.unheard !== undefined) this.#finish(draft, draft.unheard);
        if (draft.hasContent) this.#place(draft);
      }
    }
    this.#endText(ending === 'whole');
    return this.#queue.closeAll(ending);
  }

  /** Drops the unfinished items. */
  abandon(): void {
    this.#queue.clear();
  }

  // ----------------------------------------------------------------------------------------- items

  get #calls(): NativeCall[] {
    return this.#tracks.all.flatMap(({ draft }) => (draft instanceof NativeCall ? draft : []));
  }

  #shape(item: JsonObject): Shape | undefined {
    const shape = shapeOf(item);
    if (shape === undefined && typeof item['type'] === 'string') this.unknown.add(item['type']);
    if (shape?.type !== 'message') return shape;
    const parts = shape.parts.map((part) =>
      part.type === 'refusal' ? { ...part, type: refusalPart(this.#options) } : part,
    );
    return { ...shape, parts };
  }

  /** xAI, 2026-08, shows its own searches as calls of custom tools. */
  #isServerCall({ id, call_id }: JsonObject): boolean {
    return this.#options.native.serverCalls.some((prefix) =>
      [id, call_id].some((own) => typeof own === 'string' && own.startsWith(prefix)),
    );
  }

  #begin(shape: Shape, place: Place, isHidden: boolean): NativeTrack {
    const callId = shape.type === 'call' ? shape.callId : undefined;
    const draft = isHidden ? undefined : this.#draft(shape);
    const type = trackTypeOf(shape);
    const track = {
      type,
      place,
      callId,
      draft,
      isBegun: false,
      isEnded: false,
      isOver: false,
      end: undefined,
    };
    this.#tracks.all.push(track);
    return track;
  }

  #draft(shape: Shape): NativeDraft {
    switch (shape.type) {
      case 'message':
        return this.#newMessage();
      case 'reasoning':
        return this.#newReasoning();
      case 'call':
        return this.#newCall(shape.callId);
      case 'hosted':
        return new NativeHosted(this.#options.newId(HOSTED_PREFIXES[shape.fields.type]), shape);
    }
  }

  /** A call with the id of an earlier one either repeats it or is a different call that needs its own id. */
  #newCall(callId: string | undefined): NativeCall {
    const { newId, tools } = this.#options;
    const twin = callId === undefined ? undefined : this.#calls.find((call) => call.callId === callId);
    const own = callId === undefined || twin !== undefined ? newId('call') : callId;
    return new NativeCall(own, tools, newId, twin);
  }

  #newMessage(): NativeMessage {
    return new NativeMessage(this.#options.newId('msg'), this.#outgoing);
  }

  #newReasoning(): NativeReasoning {
    const { request, profile, model, seal, newId, isCodex = false } = this.#options;
    const showsSummary = wantsSummary(request.reasoning?.summary, isCodex);
    return new NativeReasoning(newId('rs'), showsSummary, ({ thinking, summary, sealed, marks }) => {
      const reasoning: ProviderReasoning = {
        provider: ownerOf(profile),
        model,
        text: thinking,
        field: 'reasoning_content',
        item: { summary, ...(sealed === undefined ? {} : { sealed }), ...marks },
      };
      this.#reasoning.push(reasoning);
      return seal?.seal(reasoning);
    });
  }

  /** Gives a draft the last place in the order; the one before it ends as soon as it may. */
  #place(draft: NativeDraft | undefined): void {
    if (draft === undefined || this.#placed.has(draft)) return;
    if (!(draft instanceof NativeMessage)) this.#pauseText();
    if (!(draft instanceof NativeHosted))
      for (const before of this.#placed) if (before instanceof NativeHosted) before.hurry();
    this.#placed.add(draft);
    this.#queue.add(draft);
  }

  /** Another item had ended the draft, so the rest of its item goes into a new one. */
  #goOn(track: NativeTrack): void {
    track.draft = track.draft?.successor(this.#options.newId(track.type === 'reasoning' ? 'rs' : 'msg'));
  }

  #complete(track: NativeTrack, shape: Shape): void {
    track.isOver = true;
    track.end ??= shape;
    if (track.draft?.isClosed) {
      if (!track.draft.lacks(shape)) return;
      this.#goOn(track);
    }
    if (track.draft !== undefined) this.#finish(track.draft, shape);
  }

  #finish(draft: NativeDraft, shape: Shape): void {
    if (draft instanceof NativeMessage) this.#turnTo(draft);
    draft.complete(shape, this.#out);
    if (draft.hasContent) this.#place(draft);
  }

  // ------------------------------------------------------------------------------------------ text

  #turnTo(message: NativeMessage): void {
    if (message === this.#message) return;
    this.#pauseText();
    this.#message = message;
  }

  /** To be called before another item speaks. */
  #pauseText(): void {
    const message = this.#message;
    message?.pause(this.#out);
    if (message?.hasContent) this.#place(message);
  }

  /**
   * Ends the text, and makes the calls that were found in it.
   * @param isWhole whether the answer is complete; calls of a cut answer are not offered
   */
  #endText(isWhole: boolean): void {
    const message = this.#message;
    message?.hearRest(this.#out);
    if (message?.hasContent) this.#place(message);
    const made = this.#calls.filter(({ isVoid }) => !isVoid);
    const thoughts = made.length > 0 || this.shownText.trim() !== '' ? undefined : this.#thoughts;
    const { calls, families, text } = this.#outgoing.end(isWhole, made, message, thoughts);
    this.#show(text);
    for (const family of families) this.leaked.add(family);
    for (const call of calls) this.#makeCall(call);
  }

  get #thoughts(): string {
    return [...this.#placed]
      .map((draft) => (draft instanceof NativeReasoning ? draft.thinking : ''))
      .join('');
  }

  /** Shows text that was held back, in a message of its own if the one that it came in has ended. */
  #show(text: string): void {
    if (text === '') return;
    if (this.#message === undefined || this.#message.isClosed) this.#message = this.#newMessage();
    this.#message.show(text, this.#out);
    this.#place(this.#message);
  }

  #makeCall({ name, arguments: payload }: HealedCall): void {
    const draft = this.#newCall(undefined);
    const place = { index: undefined, id: undefined };
    // Nothing is missing in it that has to be told besides that it leaked.
    const isThere = { isBegun: true, isEnded: true, isOver: true };
    this.#tracks.all.push({ type: 'call', place, callId: draft.callId, draft, ...isThere, end: undefined });
    this.#finish(draft, { ...UNSAID.call, name, payload });
    this.#queue.advance();
  }
}
