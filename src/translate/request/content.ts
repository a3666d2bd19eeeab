/** Content parts of the Responses API as Chat text and parts. */

import type { Json } from '../../json.ts';
import type { ChatImagePart, ChatPart } from '../../wire/chat.ts';
import type { Content, ContentPart, InputItem } from '../../wire/responses.ts';

/** Replaces an image, for models that read only text. */
export const IMAGE_NOTE = '[an image was here; this model reads text only]';

/** A piece of content, taken apart. */
export interface Contents {
  text: string;
  images: ChatImagePart[];
}

export function readContent(content: Content | readonly ContentPart[] | Json | null | undefined): Contents {
  if (typeof content === 'string') return { text: content, images: [] };
  if (content === null || content === undefined) return { text: '', images: [] };
  if (!Array.isArray(content)) return { text: JSON.stringify(content), images: [] };
  const texts: string[] = [];
  const images: ChatImagePart[] = [];
  for (const part of content as unknown as readonly (ContentPart | Json)[]) {
    if (!isPart(part)) {
      // Tool outputs are not validated: anything that is not a content part is text from a tool.
      texts.push(typeof part === 'string' ? part : JSON.stringify(part));
      continue;
    }
    const image = imagePart(part);
    if (image === undefined) texts.push(partText(part));
    else images.push(image);
  }
  return { text: texts.filter((text) => text !== '').join('\n'), images };
}

/** A user message: plain text if there is no image (many providers take only that), else parts in order. */
export function userContent(
  content: Content | null | undefined,
  images: 'send' | 'note',
): string | ChatPart[] {
  if (!Array.isArray(content)) return typeof content === 'string' ? content : '';
  const parts = content as readonly ContentPart[];
  const hasImage = parts.some((part) => imagePart(part) !== undefined);
  if (!hasImage || images === 'note') {
    return parts
      .map((part) => (imagePart(part) === undefined ? partText(part) : IMAGE_NOTE))
      .filter((text) => text !== '')
      .join('\n');
  }
  return parts.flatMap((part): ChatPart[] => {
    const image = imagePart(part);
    if (image !== undefined) return [image];
    const text = partText(part);
    return text === '' ? [] : [{ type: 'text', text }];
  });
}

/** All text and images of an item of an unknown kind, so that nothing is lost. */
export function anyContent(item: InputItem, how: 'send' | 'note'): string | ChatPart[] {
  const said = [item.content, item.summary, item.input, item.output].map(readContent);
  const texts = said.map(({ text }) => text).filter((text) => text !== '');
  return withImages(
    texts.join('\n'),
    said.flatMap(({ images }) => images),
    how,
  );
}

/** Text and images as the content of one user message. */
export function withImages(
  text: string,
  images: readonly ChatImagePart[],
  how: 'send' | 'note',
): string | ChatPart[] {
  if (images.length === 0) return text;
  if (how === 'note') return [text, ...images.map(() => IMAGE_NOTE)].filter((line) => line !== '').join('\n');
  return [...(text === '' ? [] : [{ type: 'text' as const, text }]), ...images];
}

function isPart(value: ContentPart | Json): value is ContentPart {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function partText(part: ContentPart): string {
  if (typeof part.text === 'string') return part.text;
  if (typeof part.refusal === 'string') return part.refusal;
  if (part.type === 'input_file')
    return `[the file ${part.filename ?? 'without a name'} was attached; it cannot be read here]`;
  // By the id of an upload to OpenAI, or without any address.
  if (part.type === 'input_image' && imagePart(part) === undefined)
    return '[an image was attached; it cannot be read here]';
  return '';
}

/** The image of a content part; undefined for any other. */
export function imagePart(part: ContentPart): ChatImagePart | undefined {
  const url = typeof part.image_url === 'string' ? part.image_url : part.image_url?.url;
  if (!url) return undefined;
  const detail = part.detail && part.detail !== 'original' ? { detail: part.detail } : {};
  return { type: 'image_url', image_url: { url, ...detail } };
}
