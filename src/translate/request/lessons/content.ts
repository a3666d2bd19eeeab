/** The content of messages, rewritten for servers that accept only one shape of it (see `order.ts` for the rules). */
import { type JsonObject, parseObject } from '../../../json.ts';
import type {
  ChatAssistantMessage,
  ChatMessage,
  ChatPart,
  ChatRequest,
  ChatToolCall,
} from '../../../wire/chat.ts';
import type { Profile } from '../../profile.ts';
import { CallIds } from '../call-ids.ts';
import { IMAGE_NOTE } from '../content.ts';
import { mapMessages } from './order.ts';

/** Notes instead of images. */
export function imagesAsNotes(body: ChatRequest): ChatRequest {
  return mapMessages(body, (message) => {
    if (message.role !== 'user' && message.role !== 'tool') return message;
    const { content } = message;
    if (typeof content === 'string' || !content.some(isImage)) return message;
    return { ...message, content: textOf(content) };
  });
}

/** Whether anything in the messages is an image. */
export function holdsImage({ messages }: ChatRequest): boolean {
  return messages.some(
    ({ content }) => Array.isArray(content) && content.some(({ type }) => type === 'image_url'),
  );
}

/** Text instead of lists of text and instead of null; images are kept. */
export function contentAsText(body: ChatRequest): ChatRequest {
  return mapMessages(body, (message) => {
    if (message.role === 'user' || message.role === 'tool') {
      const { content } = message;
      const isList = typeof content !== 'string' && !content.some(isImage);
      return isList ? { ...message, content: textOf(content) } : message;
    }
    if (message.role !== 'assistant' || typeof message.content === 'string') return message;
    if (message.content === undefined) return message;
    const texts = (message.content ?? []).map((part) =>
      typeof part['text'] === 'string' ? part['text'] : '',
    );
    return { ...message, content: texts.filter((text) => text !== '').join('\n') };
  });
}

/** A list of parts in every message that says something. */
export function contentAsParts(body: ChatRequest): ChatRequest {
  return mapMessages(body, (message) => {
    const { content } = message;
    if (typeof content !== 'string' || content === '') return message;
    const parts = [{ type: 'text', text: content }] as const;
    return { ...message, content: [...parts] } as ChatMessage;
  });
}

/** An empty text where an assistant message has no content. */
export function emptyTextForNone(body: ChatRequest): ChatRequest {
  return mapAssistant(body, (message) =>
    message.content === undefined || message.content === null ? { ...message, content: '' } : message,
  );
}

/** No content field in messages with calls whose content says nothing. */
export function noContentBesideCalls(body: ChatRequest): ChatRequest {
  return mapAssistant(body, (message) => {
    const isEmpty = message.content === null || message.content === '';
    if (!isEmpty || message.tool_calls === undefined) return message;
    const { content: _, ...rest } = message;
    return rest;
  });
}

/** A word in every message that would be empty. */
export function wordForEmpty(body: ChatRequest): ChatRequest {
  return mapMessages(body, (message) => {
    const { content } = message;
    const isEmpty = content === '' || content === null || content === undefined || content.length === 0;
    return isEmpty ? { ...message, content: '(empty)' } : message;
  });
}

/** Reasoning on every assistant message, with this placeholder where it was lost. */
export function reasoningEverywhere(placeholder: string): (body: ChatRequest) => ChatRequest {
  return (body) =>
    mapAssistant(body, (message) =>
      message.reasoning_content ? message : { ...message, reasoning_content: placeholder },
    );
}

/** Gemini's placeholder for a lost signature, on the first call of each message. */
export function signedCalls(body: ChatRequest): ChatRequest {
  const extra: JsonObject = { google: { thought_signature: 'skip_thought_signature_validator' } };
  return mapAssistant(body, (message) => {
    const [first, ...others] = message.tool_calls ?? [];
    if (first === undefined || first.extra_content !== undefined) return message;
    return { ...message, tool_calls: [{ ...first, extra_content: extra }, ...others] };
  });
}

/** Wraps arguments that are not a JSON object in one. */
export function argumentsAsJson(body: ChatRequest): ChatRequest {
  const wrapped = (call: ChatToolCall): ChatToolCall => {
    const { arguments: given } = call.function;
    if (parseObject(given) !== undefined) return call;
    const text = JSON.stringify({ malformed_arguments: given });
    return { ...call, function: { ...call.function, arguments: text } };
  };
  return mapCalls(body, wrapped);
}

/** Ids of calls by another rule. */
export function callIdsBy(rule: Profile['toolCallIds']): (body: ChatRequest) => ChatRequest {
  return (body) => {
    const ids = new CallIds(rule);
    const known = new Map<string, string>();
    // Call ids are unique by now, so each output gets the new id of its call.
    const idFor = (given: string): string => {
      const id = known.get(given) ?? ids.next(given);
      known.set(given, id);
      return id;
    };
    const renamed = (call: ChatToolCall): ChatToolCall => {
      const id = idFor(call.id);
      return id === call.id ? call : { ...call, id };
    };
    const outputs = mapMessages(body, (message) => {
      if (message.role === 'tool') {
        const id = idFor(message.tool_call_id);
        return id === message.tool_call_id ? message : { ...message, tool_call_id: id };
      }
      return message;
    });
    return mapCalls(outputs, renamed);
  };
}

function mapCalls(body: ChatRequest, change: (call: ChatToolCall) => ChatToolCall): ChatRequest {
  return mapAssistant(body, (message) => {
    const { tool_calls: calls } = message;
    const changed = calls?.map(change);
    const isSame = changed === undefined || changed.every((call, at) => call === calls?.[at]);
    return isSame ? message : { ...message, tool_calls: changed };
  });
}

function mapAssistant(
  body: ChatRequest,
  change: (message: ChatAssistantMessage) => ChatAssistantMessage,
): ChatRequest {
  return mapMessages(body, (message) => (message.role === 'assistant' ? change(message) : message));
}

function isImage({ type }: ChatPart): boolean {
  return type === 'image_url';
}

function textOf(parts: readonly ChatPart[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : IMAGE_NOTE)).join('\n');
}
