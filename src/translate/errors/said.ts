/** What a provider said in an error, whatever its shape. */
import { asObject, type Json, type JsonObject, parseJson } from '../../json.ts';
import { complaintIn } from './complaint.ts';

export interface SaidError {
  /** One line in the provider's own words; empty where it said nothing. */
  message: string;
  /** Codes and types, the most telling first. */
  codes: string[];
  /** The objects that may hold a wait, outermost first. */
  holders: JsonObject[];
}

const MAX_MESSAGE = 600;
/** Enough to get past the head of a web page; the patterns here would be slow on hostile megabytes. */
const MAX_READ = 16 * 1024;
/** Gateways wrap the errors of the gateways behind them, but nobody stacks more than a few. */
const MAX_DEPTH = 4;
const SHORT_PAGE = 200;

/** The error in a body of any length and shape. */
export function saidIn(body: string): SaidError {
  const value = parseJson(body);
  if (value !== undefined && value !== null) return saidBy(value);
  const text = looksLikePage(body) ? wordsOfPage(body) : body;
  return fromText(text, 0);
}

/**
 * The error in parsed JSON: `{error: {}}`, `{error: ""}`, `[{error}]`, `{message}`, `{detail}`, `{errors: []}`,
 * `{base_resp: {}}`, plain text, an error inside a choice or in Groq's envelope, and any of these as text inside the
 * message of another.
 */
export function saidBy(value: unknown, depth = 0): SaidError {
  const single = Array.isArray(value) ? value[0] : value;
  if (typeof single === 'string') return fromText(single, depth);
  const body = asObject(single);
  if (body === undefined) return { message: '', codes: [], holders: [] };
  const inner = innerError(body);
  const holder = asObject(Array.isArray(inner) ? inner[0] : inner) ?? body;
  const own = first(
    0,
    holder['message'],
    holder['error'],
    inner,
    holder['detail'],
    holder['msg'],
    holder['status_msg'],
    holder['errors'],
    holder['error_description'],
    holder['title'],
  );
  if (own === '') {
    const found = complaintIn(body);
    if (found !== undefined) {
      const { words: text, codes } = found;
      const told = fromText(text, depth);
      return {
        ...told,
        codes: [...codesOf(holder, body), ...codes, ...told.codes],
        holders: [body, ...found.holders],
      };
    }
  }
  const nested = fromText(own, depth);
  const behind = behindGateway(holder, depth);
  return {
    message: cut([nested.message + detailIn(holder), behind.message].filter(Boolean).join(' ')),
    codes: [...codesOf(holder, body), ...nested.codes, ...behind.codes],
    holders: [body, ...(holder === body ? [] : [holder]), ...nested.holders, ...behind.holders],
  };
}

/**
 * Xiaomi MiMo, 2026-11: the explanation is where the parameter's name should be (the message is only `Param
 * Incorrect`).
 */
function detailIn({ param }: JsonObject): string {
  return typeof param === 'string' && param.trim().includes(' ') ? `: ${oneLine(param)}` : '';
}

function innerError(body: JsonObject): Json | undefined {
  const choice = Array.isArray(body['choices']) ? asObject(body['choices'][0]) : undefined;
  return body['error'] ?? choice?.['error'] ?? asObject(body['x_groq'])?.['error'] ?? body['base_resp'];
}

function codesOf(holder: JsonObject, body: JsonObject): string[] {
  const reasons = Array.isArray(holder['details'])
    ? holder['details'].map((detail) => asObject(detail)?.['reason'])
    : [];
  const codes = [
    ...reasons,
    holder['code'],
    holder['type'],
    holder['status'],
    holder['status_code'],
    holder['error_type'],
    // Novita, 2026-11: the code is only the status; the reason says what happened.
    holder['reason'],
    body['code'],
    body['status_code'],
    body['error_type'],
  ];
  const known = codes.flatMap((code) =>
    typeof code === 'string' || typeof code === 'number' ? String(code) : [],
  );
  return [...new Set(known)];
}

/** OpenRouter, 2026-11: the reply of the provider behind it, as text or as an object. */
function behindGateway(holder: JsonObject, depth: number): SaidError {
  const raw = asObject(holder['metadata'])?.['raw'];
  if (raw === undefined || raw === null || depth >= MAX_DEPTH) return { message: '', codes: [], holders: [] };
  return typeof raw === 'string' ? fromText(raw, depth + 1) : saidBy(raw, depth + 1);
}

/** Text that may contain another error, as JSON (Ollama and LiteLLM, 2026-11). */
function fromText(text: string, depth: number): SaidError {
  const read = templateFault(text.slice(0, MAX_READ));
  const start = read.search(/[{[]/);
  const end = Math.max(read.lastIndexOf('}'), read.lastIndexOf(']'));
  if (start >= 0 && end > start && depth < MAX_DEPTH) {
    const value = parseJson(read.slice(start, end + 1)) ?? messageOfRepr(read.slice(start, end + 1));
    const inner = typeof value === 'object' && value !== null ? saidBy(value, depth + 1) : undefined;
    if (inner !== undefined && inner.message !== '') {
      const before = oneLine(read.slice(0, start)).replace(/^data:|[\s:,-]+$/g, '');
      return { ...inner, message: cut(before === '' ? inner.message : `${before}: ${inner.message}`) };
    }
  }
  return { message: cut(oneLine(read)), codes: [], holders: [] };
}

/** Python prints its dictionaries with single quotes (`{'error': {'message': "..."}}`). */
function messageOfRepr(text: string): JsonObject | undefined {
  const message = /'message': (['"])([\s\S]*?)\1(?=[,}])/.exec(text)?.[2];
  return message === undefined ? undefined : { message };
}

/** llama.cpp, 2026-11: the template's own sentence comes last, after a page about the parser. */
function templateFault(text: string): string {
  const own = /Jinja Exception: ?([^\n]+)/i.exec(text)?.[1] ?? /TemplateError: ?([^\n]+)/.exec(text)?.[1];
  return own === undefined ? text : `the model's chat template refuses this conversation: ${own.trim()}`;
}

function first(depth: number, ...values: unknown[]): string {
  for (const value of values) {
    const text = words(value, depth);
    if (text !== '') return text;
  }
  return '';
}

/** A message as text. For validation errors (FastAPI, Mistral): what is wrong, and where. */
function words(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  if (depth >= MAX_DEPTH) return '';
  if (Array.isArray(value)) {
    return value
      .map((entry) => words(entry, depth + 1))
      .filter(Boolean)
      .join('; ');
  }
  const object = asObject(value);
  if (object === undefined) return '';
  const { loc } = object;
  const where = Array.isArray(loc) ? `${loc.filter((step) => typeof step !== 'object').join('.')}: ` : '';
  const what = first(depth + 1, object['msg'], object['message'], object['detail'], object['error']);
  return what === '' ? '' : where + what;
}

function looksLikePage(body: string): boolean {
  const read = body.slice(0, MAX_READ);
  return (
    /^\s*(<!doctype|<html|<head|<body|<\?xml|<center)/i.test(read) ||
    /<\/(html|body|title|h\d|p|pre|center|div|span|b|a)>/i.test(read)
  );
}

/** A short page is quoted in full, with its title; for a long one the title says most. */
function wordsOfPage(page: string): string {
  const read = page.slice(0, MAX_READ);
  const title = oneLine(entities(/<title[^>]*>([\s\S]*?)<\/title>/i.exec(read)?.[1] ?? ''));
  const stripped = read.replace(/<(style|script|head)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^<>]*>/g, ' ');
  const text = oneLine(entities(stripped));
  if (title === '' || (text.length <= SHORT_PAGE && text.includes(title))) return text;
  return text === '' || text.length > SHORT_PAGE ? title : `${title}: ${text}`;
}

function entities(text: string): string {
  return text
    .replace(/&(nbsp|#160);/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&(quot|#34);/g, '"')
    .replace(/&(apos|#39);/g, "'")
    .replace(/&amp;/g, '&');
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Short enough for a status line. */
function cut(line: string): string {
  return line.length > MAX_MESSAGE ? `${line.slice(0, MAX_MESSAGE)}...` : line;
}
