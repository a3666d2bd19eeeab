/** The answer of one of VS Code's language models as Chat Completions chunks. Pure. */
import type { JsonObject } from '../../json.ts';
import type { ChatChunk, ChatDelta } from '../../wire/chat.ts';
import type { AnswerPart } from './language-model.ts';

/** Turns the parts of one answer into chunks, in order. */
export class AnswerChunks {
  #calls = 0;
  #usage: JsonObject | undefined;
  #text = '';

  /** Everything that the model wrote, calls included, for counting if the model gives no counts. */
  get text(): string {
    return this.#text;
  }

  /** Counts that came with the answer. */
  get usage(): JsonObject | undefined {
    return this.#usage;
  }

  /** The chunk of a part; undefined for one that says nothing. */
  chunk(part: AnswerPart): ChatChunk | undefined {
    switch (part.kind) {
      case 'text':
        return this.#said(part.text, { content: part.text });
      case 'thinking':
        return this.#said(part.text, { reasoning_content: part.text });
      case 'call': {
        const called = { name: part.name, arguments: JSON.stringify(part.input) };
        const call = { index: this.#calls++, id: part.callId, type: 'function', function: called };
        return this.#said(`${called.name} ${called.arguments}`, { tool_calls: [call] });
      }
      case 'usage':
        this.#usage = part.usage;
        return undefined;
    }
  }

  /** The last chunks of an answer that is complete. @param usage undefined if nobody counted */
  end(usage: JsonObject | undefined): ChatChunk[] {
    const finish_reason = this.#calls > 0 ? 'tool_calls' : 'stop';
    const finish: ChatChunk = { choices: [{ index: 0, delta: {}, finish_reason }] };
    return usage === undefined ? [finish] : [finish, { choices: [], usage }];
  }

  #said(text: string, delta: ChatDelta): ChatChunk | undefined {
    if (text === '') return undefined;
    this.#text += text;
    return { choices: [{ index: 0, delta, finish_reason: null }] };
  }
}
