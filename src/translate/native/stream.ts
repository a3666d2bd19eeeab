/**
 * The events of a provider's own Responses endpoint in, the events that clients can rely on out. It has the surface
 * of the Chat road's reducer, so that all around it is the same for both roads.
 */
import type { RelayError } from '../../errors.ts';
import type { ResponseEvent, ResponseResource } from '../../wire/responses.ts';
import type { ProviderReasoning } from '../reasoning/reasoning.ts';
import type { ReducerOptions } from '../stream/reducer.ts';
import type { NativeProfile } from './native-profile.ts';
import type { NativeTools } from './native-tools.ts';

export interface NativeReducerOptions extends Omit<ReducerOptions, 'heal' | 'tools'> {
  native: NativeProfile;
  /** Of the same request's `toNativeRequest`. */
  tools: NativeTools;
}

export class NativeReducer {
  readonly options: NativeReducerOptions;

  constructor(options: NativeReducerOptions) {
    this.options = options;
  }

  /** The response as it stands, with the items that are finished; the final one after a terminal event. */
  get response(): ResponseResource {
    throw new Error('not yet');
  }
  /** True once a terminal event went out; everything later is ignored. Here that is as soon as upstream sent its own. */
  get isEnded(): boolean {
    throw new Error('not yet');
  }
  /**
   * True where all that was begun is finished and the provider is known to forget its terminal event: when nothing
   * more comes, the answer is complete. It may turn false again.
   */
  get sawFinish(): boolean {
    throw new Error('not yet');
  }
  /** Whether anything of an answer came: a word, a thought, a call. */
  get hasSpoken(): boolean {
    throw new Error('not yet');
  }
  /** What the provider says that it cost, in USD; undefined where it does not say. */
  get statedCost(): number | undefined {
    throw new Error('not yet');
  }
  /** Why the response failed; undefined while it has not. */
  get error(): RelayError | undefined {
    throw new Error('not yet');
  }
  /** Whether it failed because what came was Chat Completions: the address is not that of a Responses endpoint. */
  get spokeChat(): boolean {
    throw new Error('not yet');
  }
  /** Names of the tools that were called so far. */
  get calledTools(): string[] {
    throw new Error('not yet');
  }
  /** What the log should say about this answer, each in one line: what was odd, never what was said. */
  get notes(): readonly string[] {
    throw new Error('not yet');
  }
  /** What the provider wants back of the finished reasoning items, in their order. */
  get reasoning(): readonly ProviderReasoning[] {
    throw new Error('not yet');
  }

  /** The first two events of every response. */
  start(): ResponseEvent[] {
    throw new Error('not yet');
  }
  /** An event that says nothing but keeps Codex's idle timer from firing. */
  heartbeat(): ResponseEvent[] {
    throw new Error('not yet');
  }
  /**
   * The events that one upstream event gives rise to.
   * @param event the parsed data of one event, or all of a JSON reply; `{error}` for what was said outside of both
   */
  feed(_event: { readonly [field: string]: unknown }): ResponseEvent[] {
    throw new Error('not yet');
  }
  /** Upstream ended: the one terminal event, where it has not gone out. */
  finish(): ResponseEvent[] {
    throw new Error('not yet');
  }
  /** Ends the response with `response.failed`; what was not finished is not offered. */
  fail(_cause: RelayError): ResponseEvent[] {
    throw new Error('not yet');
  }
}
