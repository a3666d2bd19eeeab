/** Finds the images in a conversation's items, and replaces them with words for a model that cannot see. */
import type { ChatImagePart } from '../../wire/chat.ts';
import type { ContentPart, InputItem } from '../../wire/responses.ts';
import { imagePart } from './content.ts';
import { kindOf } from './item-kinds.ts';

export interface SeenImage {
  image: ChatImagePart;
  /** The turn of the conversation that it came in, from 0. */
  turn: number;
}

/** The fields of items that hold content parts. */
const PLACES = ['content', 'summary', 'output'] as const;

/** Every image, in order; an image that occurs twice is listed twice. */
export function imagesOf(items: readonly InputItem[]): SeenImage[] {
  const images: SeenImage[] = [];
  let turn = 0;
  let hasAnswer = false;
  for (const item of items) {
    if (!isFromOutside(item)) hasAnswer = true;
    else if (hasAnswer && item.role === 'user') {
      turn += 1;
      hasAnswer = false;
    }
    for (const place of PLACES) {
      for (const part of partsOf(item, place)) {
        const image = asImage(part);
        if (image !== undefined) images.push({ image, turn });
      }
    }
  }
  return images;
}

/**
 * The items with words in place of their images. Items without images stay the same objects.
 * @param words for each image, in the order of `imagesOf`; taken from the front
 */
export function inWords(items: readonly InputItem[], words: string[]): InputItem[] {
  return items.map((item) => {
    let told = item;
    for (const place of PLACES) {
      const parts = partsOf(item, place);
      if (!parts.some((part) => asImage(part) !== undefined)) continue;
      const inText = parts.map((part) =>
        asImage(part) === undefined ? part : { type: 'input_text', text: words.shift() ?? '' },
      );
      told = { ...told, [place]: inText };
    }
    return told;
  });
}

/** Whether the user or the client said it; everything else belongs to an answer. */
function isFromOutside(item: InputItem): boolean {
  return kindOf(item)?.role === 'message' && item.role !== 'assistant';
}

function partsOf(item: InputItem, place: (typeof PLACES)[number]): readonly unknown[] {
  const parts: unknown = item[place];
  return Array.isArray(parts) ? parts : [];
}

function asImage(part: unknown): ChatImagePart | undefined {
  return isPart(part) ? imagePart(part) : undefined;
}

/** Needed because tool outputs are not validated and may contain anything. */
function isPart(part: unknown): part is ContentPart {
  return typeof part === 'object' && part !== null && 'type' in part && typeof part.type === 'string';
}
