/** Content parts in the form that a provider's own Responses endpoint takes. */
import { isObject, type JsonObject } from '../../../json.ts';
import type { ChatPart } from '../../../wire/chat.ts';
import type { Content, ContentPart, InputItem } from '../../../wire/responses.ts';
import type { Profile } from '../../profile.ts';
import { IMAGE_NOTE, readContent } from '../../request/content.ts';
import { EMPTY_OUTPUT, IMAGE_OUTPUT, IMAGE_OUTPUT_UNREAD } from '../../request/messages.ts';
import type { NativeProfile } from '../native-profile.ts';

export interface ContentOptions {
  profile: Profile;
  native: NativeProfile;
}

const DETAILS: readonly string[] = ['auto', 'low', 'high'];

/** A user message: text unchanged, parts in order. Empty if it says nothing. */
export function messageContent(
  content: Content | null | undefined,
  options: ContentOptions,
): string | JsonObject[] {
  if (!Array.isArray(content)) return typeof content === 'string' ? content : '';
  const parts = (content as readonly ContentPart[]).flatMap((part) => inputPart(part, options));
  const isText = parts.every(({ type }) => type === 'input_text');
  return isText && options.native.singlePart && parts.length > 1 ? [textPart(joined(parts))] : parts;
}

/** A Chat message's content as parts of the Responses API. */
export function fromChat(content: string | readonly ChatPart[]): string | JsonObject[] {
  if (typeof content === 'string') return content;
  return content.map((part) =>
    part.type === 'text' ? textPart(part.text) : imagePart(part.image_url.url, part.image_url.detail),
  );
}

/** A tool's output, and the images that cannot stay inside it. */
export function outputContent(
  output: InputItem['output'],
  options: ContentOptions,
): { output: string | JsonObject[]; images: JsonObject[] } {
  const { native, profile } = options;
  const { text, images } = readContent(output);
  const isSeen = profile.userImages === 'send';
  const canStay = images.length === 0 || (isSeen && native.outputImages === 'inline');
  if (native.outputs === 'parts' && Array.isArray(output) && canStay) {
    const parts = output.flatMap((part) => outputPart(part, options));
    return { output: parts.length > 0 ? parts : EMPTY_OUTPUT, images: [] };
  }
  const moves = isSeen && native.outputImages !== 'note';
  const note = images.length === 0 ? '' : moves ? IMAGE_OUTPUT : IMAGE_OUTPUT_UNREAD;
  return {
    output: [text, note].filter((line) => line !== '').join('\n') || EMPTY_OUTPUT,
    images: moves ? images.map(({ image_url: { url, detail } }) => imagePart(url, detail)) : [],
  };
}

export function textPart(text: string): JsonObject {
  return { type: 'input_text', text };
}

/** Tool outputs are not validated: anything that is not a content part is text from a tool. */
function outputPart(part: unknown, options: ContentOptions): JsonObject[] {
  if (isPart(part)) return inputPart(part, options);
  return [textPart(typeof part === 'string' ? part : JSON.stringify(part))];
}

function isPart(value: unknown): value is ContentPart {
  return isObject(value) && typeof value['type'] === 'string';
}

function inputPart(part: ContentPart, { profile, native }: ContentOptions): JsonObject[] {
  const url = typeof part.image_url === 'string' ? part.image_url : part.image_url?.url;
  if (url) return [profile.userImages === 'send' ? imagePart(url, part.detail) : textPart(IMAGE_NOTE)];
  if (part.type === 'input_file' && native.files === 'send') return [filePart(part)];
  const { text } = readContent([part]);
  return text === '' ? [] : [textPart(text)];
}

function imagePart(url: string, detail: string | null | undefined): JsonObject {
  // Codex's `original` is not a value of the API.
  const known = detail && DETAILS.includes(detail) ? { detail } : {};
  return { type: 'input_image', image_url: url, ...known };
}

function filePart({ filename, file_data, file_url }: ContentPart): JsonObject {
  return {
    type: 'input_file',
    ...(filename ? { filename } : {}),
    ...(file_data ? { file_data } : {}),
    ...(file_url ? { file_url } : {}),
  };
}

function joined(parts: readonly JsonObject[]): string {
  return parts.map(({ text }) => text).join('\n');
}
