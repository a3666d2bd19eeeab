/**
 * Separates reasoning from text if a model writes its thinking between tags at the start of its answer and no server on
 * the way has separated them. A tag may be cut anywhere; a tag later in the answer is text.
 */

import { closeIn, holdsClose, MAX_CLOSE } from './unopened.ts';

export interface SplitText {
  reasoning: string;
  text: string;
}

interface TagPair {
  open: string;
  close: string;
}

/** As models were trained to write them, 2026-11. */
const TAGS: readonly TagPair[] = [
  // DeepSeek, Qwen, GLM, MiniMax and most others.
  { open: '<think>', close: '</think>' },
  { open: '<thinking>', close: '</thinking>' },
  // Gemini and Gemma.
  { open: '<thought>', close: '</thought>' },
  { open: '<thoughts>', close: '</thoughts>' },
  { open: '<|channel>thought', close: '<channel|>' },
  { open: '<unused94>thought', close: '<unused95>' },
  { open: '<reasoning>', close: '</reasoning>' },
  // Seed-OSS, LongCat, Magistral, Kimi-VL, Command A, OpenThinker.
  { open: '<seed:think>', close: '</seed:think>' },
  { open: '<longcat_think>', close: '</longcat_think>' },
  { open: '[THINK]', close: '[/THINK]' },
  { open: '◁think▷', close: '◁/think▷' },
  { open: '<|START_THINKING|>', close: '<|END_THINKING|>' },
  { open: '<|begin_of_thought|>', close: '<|end_of_thought|>' },
  // Apertus.
  { open: '<|inner_prefix|>', close: '<|inner_suffix|>' },
  // gpt-oss.
  { open: '<|channel|>analysis<|message|>', close: '<|end|>' },
  { open: '<|start|>assistant<|channel|>analysis<|message|>', close: '<|end|>' },
];

/** What may stand between thinking and answer, or before an answer without thinking, and belongs to neither. */
const HEADS: readonly string[] = [
  '<|start|>assistant<|channel|>final<|message|>',
  '<|channel|>final<|message|>',
  // What the model says before it makes a call.
  '<|start|>assistant<|channel|>commentary<|message|>',
  '<|channel|>commentary<|message|>',
  '<|START_RESPONSE|>',
  '<|begin_of_solution|>',
];

/** Names of models whose templates open the thinking in the prompt. */
const THINKING_MODEL = /(^|[/_:.-])(r1|qwq|thinking|think|reasoner|reasoning|magistral)([/_:.-]|$)/i;

export function opensThinkingInPrompt(model: string): boolean {
  return THINKING_MODEL.test(model);
}

/** No answer has more blanks before its thinking; a model that says nothing but line ends is not waited for. */
const MOST_BLANKS = 200;

type State = 'before' | 'inside' | 'unopened' | 'after' | 'text';

export class ThinkTagSplitter {
  #mayBeUnopened: boolean;
  #state: State = 'before';
  #close = '';
  /** The end of what has arrived, as long as it may be part of a tag. */
  #held = '';
  /** The end of that, where it may be long. */
  #tail = '';
  /** Whether the held text contains a closing tag that may only be a mention of one. */
  #isUndecided = false;
  #closedUnopened = false;
  /** Whether the provider gives thinking in a field, so that only the end of it may be left in the text. */
  #isMarked = false;

  /**
   * @param mayBeUnopened whether text may be thinking without an opening tag: all of it then waits until a tag, or the
   *   end, shows what it is
   */
  constructor(mayBeUnopened = false) {
    this.#mayBeUnopened = mayBeUnopened;
  }

  /** True once everything that follows is text, so that the splitter is no longer needed. */
  get isDone(): boolean {
    return this.#state === 'text';
  }

  /** Whether the text began with thinking that was closed but never opened. */
  get closedUnopened(): boolean {
    return this.#closedUnopened;
  }

  /** Whether some text is held back because only what follows can tell what it is. */
  get isHolding(): boolean {
    return this.#held.trim() !== '';
  }

  /** Whether a text that comes now is, or may begin with, thinking between tags. */
  mayBeThinking(text: string): boolean {
    return this.#state === 'inside' || (this.#state === 'before' && /^\s*(?:$|[<[◁])/.test(text));
  }

  /** To be called once it is known that thinking in the text has an opening tag. */
  expectMarks(): void {
    this.#mayBeUnopened = false;
    this.#isMarked = true;
  }

  split(delta: string): SplitText {
    if (this.#state === 'text') return { reasoning: '', text: delta };
    if (this.#state === 'unopened') return this.#readUnopened(delta);
    let rest = this.#held + delta;
    let reasoning = '';
    this.#held = '';
    for (;;) {
      if (this.#state === 'before' || this.#state === 'after') {
        const start = rest.trimStart();
        const tag = TAGS.find(({ open }) => beginsWith(start, open));
        if (tag !== undefined) {
          this.#state = 'inside';
          this.#close = tag.close;
          rest = start.slice(tag.open.length);
          continue;
        }
        const mayClose = this.#isMarked && this.#state === 'before';
        const closing = mayClose ? TAGS.find(({ close }) => beginsWith(start, close)) : undefined;
        if (closing !== undefined) {
          this.#state = 'after';
          rest = start.slice(closing.close.length);
          continue;
        }
        if (mayBegin(start, this.#state, mayClose) && rest.length - start.length <= MOST_BLANKS)
          return this.#hold(this.#state === 'after' ? start : rest, reasoning);
        const head = HEADS.find((text) => start.startsWith(text));
        if (head !== undefined) return this.#plain(start.slice(head.length), reasoning);
        if (this.#state === 'before' && this.#mayBeUnopened) {
          this.#state = 'unopened';
          return this.#readUnopened(rest);
        }
        if (this.#state === 'before') return this.#plain(rest, reasoning);
        // The blank lines between the tag and the answer belong to neither.
        if (start === '') return { reasoning, text: '' };
        return this.#plain(start, reasoning);
      }
      const end = placeOf(this.#close, rest);
      if (end === -1) {
        const kept = partialTag(rest, this.#close);
        return this.#hold(rest.slice(rest.length - kept), reasoning + rest.slice(0, rest.length - kept));
      }
      reasoning += rest.slice(0, end);
      rest = rest.slice(end + this.#close.length);
      this.#state = 'after';
    }
  }

  /** Returns what is still held back when the answer ends: reasoning if a tag is open, else text. */
  flush(): SplitText {
    const held = this.#held;
    this.#held = '';
    if (this.#state === 'inside') return { reasoning: held, text: '' };
    const mayClose = this.#mayBeUnopened && this.#state !== 'after';
    const close = mayClose ? closeIn(held, '', true) : undefined;
    if (close === undefined || close === 'undecided') return { reasoning: '', text: held };
    this.#closedUnopened = true;
    return { reasoning: held.slice(0, close.start), text: held.slice(close.end).trimStart() };
  }

  /** Holds back everything until a tag closes it. */
  #readUnopened(delta: string): SplitText {
    const window = this.#tail + delta;
    this.#held += delta;
    this.#tail = window.slice(-MAX_CLOSE);
    const held = this.#held;
    if (!this.#mayBeUnopened) {
      this.#held = '';
      return this.#plain(held, '');
    }
    if (!this.#isUndecided && !holdsClose(window)) return { reasoning: '', text: '' };
    const close = closeIn(held, '', false);
    this.#isUndecided = close === 'undecided';
    if (close === undefined || close === 'undecided') return { reasoning: '', text: '' };
    this.#held = '';
    this.#state = 'after';
    this.#closedUnopened = true;
    const { reasoning, text } = this.split(held.slice(close.end));
    return { reasoning: held.slice(0, close.start) + reasoning, text };
  }

  #hold(held: string, reasoning: string): SplitText {
    this.#held = held;
    return { reasoning, text: '' };
  }

  #plain(text: string, reasoning: string): SplitText {
    this.#state = 'text';
    return { reasoning, text };
  }
}

/** Tags are written in any case. */
function beginsWith(text: string, tag: string): boolean {
  return text.slice(0, tag.length).toLowerCase() === tag.toLowerCase();
}

/** Where the tag is in the text; -1 if it is not. */
function placeOf(tag: string, text: string): number {
  for (let at = text.indexOf(tag.charAt(0)); at !== -1; at = text.indexOf(tag.charAt(0), at + 1)) {
    if (beginsWith(text.slice(at, at + tag.length), tag)) return at;
  }
  return -1;
}

/** Whether a tag, or what may follow one, can begin like this. */
function mayBegin(start: string, state: State, mayClose: boolean): boolean {
  const isBeginning = (tag: string) => start.length < tag.length && beginsWith(tag, start);
  if (start === '') return state === 'before';
  return (
    TAGS.some(({ open, close }) => isBeginning(open) || (mayClose && isBeginning(close))) ||
    HEADS.some(isBeginning)
  );
}

/** How many characters at the end of `text` may be the beginning of a tag. */
function partialTag(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (beginsWith(tag, text.slice(-length))) return length;
  }
  return 0;
}
