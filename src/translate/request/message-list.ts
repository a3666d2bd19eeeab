/** Chat messages in an order that the provider accepts. */
import type { ChatAssistantMessage, ChatMessage, ChatPart, ChatUserMessage } from '../../wire/chat.ts';
import type { Profile } from '../profile.ts';

type OrderRules = Pick<Profile, 'bridgeAfterTool' | 'continueAfterAssistant' | 'joinUserMessages'>;

export class MessageList {
  readonly messages: ChatMessage[] = [];
  readonly #rules: OrderRules;

  constructor(rules: OrderRules) {
    this.#rules = rules;
  }

  push(message: ChatMessage): void {
    if (message.role === 'user') this.#pushUser(message);
    else if (message.role === 'assistant') this.#pushAssistant(message);
    else this.messages.push(message);
  }

  /** Ends the conversation: a final assistant message is followed by a user's if the provider needs one. */
  end(): void {
    const { continueAfterAssistant } = this.#rules;
    if (continueAfterAssistant === null || this.messages.at(-1)?.role !== 'assistant') return;
    this.messages.push({ role: 'user', content: continueAfterAssistant });
  }

  #pushAssistant(message: ChatAssistantMessage): void {
    const last = this.messages.at(-1);
    const isJoined = this.#rules.joinUserMessages && last?.role === 'assistant' && !last.tool_calls;
    const text = isJoined ? joinedTexts(last.content, message.content) : undefined;
    if (text === undefined) this.messages.push(message);
    else this.messages[this.messages.length - 1] = { ...last, ...message, content: text };
  }

  #pushUser(message: ChatUserMessage): void {
    const { bridgeAfterTool, joinUserMessages } = this.#rules;
    const last = this.messages.at(-1);
    if (last?.role === 'tool' && bridgeAfterTool !== null) {
      const bridge: ChatAssistantMessage = { role: 'assistant', content: bridgeAfterTool };
      this.messages.push(bridge);
    }
    if (last?.role === 'user' && joinUserMessages) {
      this.messages[this.messages.length - 1] = joined(last, message);
      return;
    }
    this.messages.push(message);
  }
}

export function joined(first: ChatUserMessage, second: ChatUserMessage): ChatUserMessage {
  const isText = typeof first.content === 'string' && typeof second.content === 'string';
  const content = isText
    ? `${first.content}\n\n${second.content}`
    : [...partsOf(first.content), ...partsOf(second.content)];
  return { role: 'user', content };
}

/** Undefined if one of them is not text. */
function joinedTexts(...contents: ChatAssistantMessage['content'][]): string | undefined {
  const texts = contents.map((content) => content ?? '');
  if (!texts.every((text) => typeof text === 'string')) return undefined;
  return texts.filter((text) => text !== '').join('\n\n');
}

function partsOf(content: string | ChatPart[]): ChatPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}
