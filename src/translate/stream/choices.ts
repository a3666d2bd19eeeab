/**
 * Handles an answer that is spread over several choices although only one was requested (Copilot's gateway to Claude,
 * 2026-11: the text in one choice, the calls in the next). The first choice is the answer; the others wait until it has
 * ended, so that nothing interleaves, and are joined to it only if they are clearly its other parts.
 */
import type { ChatChoice, ChatDelta } from '../../wire/chat.ts';
import { finishReasonOf } from './finish-reasons.ts';
import { refusalOf, textOf } from './parts.ts';

/** What a choice holds, apart from thinking. Two choices with the same kinds of parts are two answers. */
interface Parts {
  text: boolean;
  calls: boolean;
}

export interface JoinedChoice {
  messages: readonly ChatDelta[];
  finishReason: string | undefined;
}

export class OtherChoices {
  readonly #held = new Map<number, ChatChoice[]>();

  hold(index: number, choice: ChatChoice): void {
    const held = this.#held.get(index);
    if (held === undefined) this.#held.set(index, [choice]);
    else held.push(choice);
  }

  /**
   * The choices that belong to the answer, in order.
   * @param said what the first choice holds
   * @param finishReason of the first choice
   * @param firsts how many chunks the first choice came in
   */
  join(said: Parts, finishReason: string | undefined, firsts: number): JoinedChoice[] {
    if (finishReason === undefined && firsts <= 1 && this.#isCount()) return this.#joinAll();
    const joined: JoinedChoice[] = [];
    let finish = finishReason;
    /** Of a choice that says nothing but how the answer ended. */
    let silentReason: string | undefined;
    for (const [, choices] of [...this.#held].sort(([a], [b]) => a - b)) {
      const messages = messagesOf(choices);
      const parts = partsOf(messages);
      const own = reasonOf(choices);
      if (!parts.text && !parts.calls) silentReason ??= own;
      const isSilent = !said.text && !said.calls;
      const isSecondHalf = !said.calls && parts.calls && !parts.text && announcesCalls(finish);
      if ((!parts.text && !parts.calls) || !(isSilent || isSecondHalf)) continue;
      joined.push({ messages, finishReason: own });
      finish = own;
      said = { text: said.text || parts.text, calls: said.calls || parts.calls };
    }
    return finish === undefined && silentReason !== undefined
      ? [...joined, { messages: [], finishReason: silentReason }]
      : joined;
  }

  /** Whether the gateway counted its chunks where the index of the choice should be. */
  #isCount(): boolean {
    let next = 1;
    for (const [index, { length }] of this.#held) if (index !== next++ || length > 1) return false;
    return next > 1;
  }

  #joinAll(): JoinedChoice[] {
    return [...this.#held.values()].map((choices) => ({
      messages: messagesOf(choices),
      finishReason: reasonOf(choices),
    }));
  }
}

function messagesOf(choices: readonly ChatChoice[]): ChatDelta[] {
  return choices.flatMap(({ delta, message }) => [delta, message].filter((part) => !!part));
}

function reasonOf(choices: readonly ChatChoice[]): string | undefined {
  return choices
    .map((choice) => finishReasonOf(choice.finish_reason))
    .findLast((reason) => reason !== undefined);
}

/** The index of a choice, or its place in its chunk's list of `siblings` choices. */
export function choiceIndex({ index }: ChatChoice, position: number, siblings: number): number {
  const number = typeof index === 'string' && index !== '' ? Number(index) : index;
  if (typeof number === 'number' && Number.isInteger(number)) return Math.max(number, 0);
  return siblings > 1 ? position : 0;
}

function partsOf(messages: readonly ChatDelta[]): Parts {
  return {
    text: messages.some((message) => textOf(message) !== '' || refusalOf(message) !== ''),
    calls: messages.some((message) => (message.tool_calls ?? []).length > 0),
  };
}

/** Whether the first half ended without a reason of its own, or with one that promises calls. */
function announcesCalls(finishReason: string | undefined): boolean {
  return finishReason === undefined || /tool|function/i.test(finishReason);
}
