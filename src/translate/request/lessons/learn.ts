/**
 * What a refusal teaches. Dialects change faster than presets, and "compatible" endpoints differ: another attempt in
 * another form saves the turn, and later requests use that form at once.
 */
import type { ChatRequest } from '../../../wire/chat.ts';
import { saidIn } from '../../errors/said.ts';
import { refusedFields, withoutFields } from '../refused-fields.ts';
import { type Change, MESSAGE_RULES, type Rule, SCHEMA_RULES } from './rules.ts';
import { answerWithin, atMostTools, LENGTH_FIELDS } from './tools.ts';

export interface Lesson<Body = ChatRequest> {
  /** What the server refuses, e.g. `top_p`, for the log. */
  refuses: string;
  /** What is done about it, e.g. `left out`, for the log. */
  cure: string;
  /** Pure; returns the same object if there is nothing to change. */
  change: (body: Body) => Body;
  /** The lesson concerns this request only and is not kept for later ones. */
  isPassing?: true;
}

/** The fault is the model's, not the request's (Groq, 2026-11); the reply quotes what it wrote. */
const MODEL_ERRED =
  /failed_generation|tool_use_failed|tool call validation failed|did not match schema|failed to call a function/i;
/** Servers quote what they refuse, but what they say about it comes first. */
const MAX_READ = 16 * 1024;

/**
 * The lessons of one refusal. Each changes the request and is not known yet, so retrying must come to an end.
 * @param answer the body of the server's reply, unchanged
 * @returns an empty list if no other form of the request could help
 */
export function lessonsIn(body: ChatRequest, answer: string, known: readonly Lesson[]): Lesson[] {
  if (MODEL_ERRED.test(answer)) return [];
  const { message } = saidIn(answer);
  const limit = answerLimit(body, message) ?? toolLimit(body, message);
  if (limit !== undefined) return [limit];
  const words = `${message}\n${readable(answer)}`;
  const first = firstOf(MESSAGE_RULES, body, words, known);
  if (first !== undefined) return [first];
  const fields = fieldLessons(body, words, known);
  if (fields.length > 0) return fields;
  const last = firstOf(SCHEMA_RULES, body, words, known);
  return last === undefined ? [] : [last];
}

export function withLessons<Body>(body: Body, lessons: readonly Lesson<Body>[]): Body {
  return lessons.reduce((changed, lesson) => lesson.change(changed), body);
}

/** The whole reply, because field names are often found only outside its message. */
export function readable(answer: string): string {
  return answer.slice(0, MAX_READ).replaceAll('\\n', ' ').replaceAll('\\', '');
}

function firstOf(
  rules: readonly Rule[],
  body: ChatRequest,
  words: string,
  known: readonly Lesson[],
): Lesson | undefined {
  for (const { refuses, when, isPassing, steps } of rules) {
    if (!when.test(words)) continue;
    for (const { cure, change } of steps) {
      if (isKnown(known, change) || change(body) === body) continue;
      return { refuses, cure, change, ...(isPassing && { isPassing }) };
    }
  }
  return undefined;
}

function fieldLessons(body: ChatRequest, words: string, known: readonly Lesson[]): Lesson[] {
  return refusedFields(body, words).flatMap((field) => {
    const lesson = fieldLesson(field, known);
    return lesson === undefined || lesson.change(body) === body ? [] : [lesson];
  });
}

/** Leaves out a field; for the answer's length, tries its other name first. */
function fieldLesson(field: string, known: readonly Lesson[]): Lesson | undefined {
  const other = LENGTH_FIELDS.find((name) => name !== field && LENGTH_FIELDS.some((own) => own === field));
  const wasRenamed = known.some(({ refuses }) => refuses === field || refuses === other);
  if (other !== undefined && !wasRenamed) {
    return { refuses: field, cure: `sent as ${other}`, change: (body) => renamed(body, field, other) };
  }
  const cure = field === 'response_format' ? 'sent in words' : 'left out';
  const isTried = known.some((lesson) => lesson.refuses === field && lesson.cure === cure);
  return isTried ? undefined : { refuses: field, cure, change: (body) => withoutFields(body, [field]) };
}

/** "`max_completion_tokens` must be less than or equal to `40960`": the length of the answer, not of the prompt. */
function answerLimit(body: ChatRequest, words: string): Lesson | undefined {
  const field = LENGTH_FIELDS.find((name) => body[name] !== undefined);
  const isAboutIt =
    /max_(completion_|new_|output_)?tokens|maxOutputTokens|completion tokens|(output|generation|completion) (length|limit|tokens)/i.test(
      words,
    );
  const isLimit =
    /less than|too (large|high|big)|at most|range|maximum|exceed|greater than|larger than|up to|<=|\bbetween\b|must be (in|within)\b|超出|超过|范围|最大|上限|不能大于|小于/i;
  if (field === undefined || !isAboutIt || !isLimit.test(words)) return undefined;
  const sent = Number(body[field]);
  const limit = Math.max(...numbersIn(words).filter((number) => number < sent && number >= 16), 0);
  if (limit === 0) return undefined;
  return { refuses: `${field} above ${limit}`, cure: 'sent as that', change: answerWithin(limit) };
}

/** "Invalid 'tools': array too long. Expected an array with maximum length 128" */
function toolLimit(body: ChatRequest, words: string): Lesson | undefined {
  const count = body.tools?.length ?? 0;
  const isLimit =
    /(tools|functions|(tool|function) (declaration|definition)s)\b.{0,60}(too (long|many)|at most|maximum|limit|exceed|up to)|too many (tools|functions)|(maximum|at most|limit|up to|no more than).{0,30}\b(tools?|functions?)\b/i;
  if (!isLimit.test(words)) return undefined;
  const limit = Math.max(...numbersIn(words).filter((number) => number < count && number >= 8), 0);
  if (limit === 0) return undefined;
  return {
    refuses: `more than ${limit} tools`,
    cure: 'the last ones are left out',
    change: atMostTools(limit),
  };
}

function numbersIn(text: string): number[] {
  return [...text.matchAll(/(?<![\w.-])\d[\d,]*(?![\w-])/g)].map(([digits]) =>
    Number(digits.replaceAll(',', '')),
  );
}

function isKnown(known: readonly Lesson[], change: Change): boolean {
  return known.some((lesson) => lesson.change === change);
}

function renamed(body: ChatRequest, from: string, to: string): ChatRequest {
  if (!(from in body)) return body;
  const { [from]: value, ...rest } = body;
  return { ...rest, [to]: value } as ChatRequest;
}
