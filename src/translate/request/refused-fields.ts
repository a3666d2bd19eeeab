/** Finds which dispensable fields of a request an error names. */

import type { JsonObject } from '../../json.ts';
import type { ChatFunctionTool, ChatMessage, ChatRequest } from '../../wire/chat.ts';
import { withFormatInWords } from './settings.ts';

const ESSENTIAL = new Set(['model', 'messages', 'stream', 'tools']);
/** Optional fields inside messages; the reasoning fields are other providers' habits. */
const IN_MESSAGES = ['reasoning_content', 'reasoning_details', 'reasoning', 'extra_content'] as const;
const REFUSAL =
  /unsupported|un(known|recognized|expected)|extra[ _](forbidden|inputs|fields)|cannot (find field|be (combined|used|set|specified)|both|use)|invalid|(not|n't|never|only|no longer) (be )?(support|permit|allow|accept|available|valid|implemented|enabled|one of)|does not (support|accept)|no endpoints? .{0,20}support|unavailable|incompatible|mutually exclusive|deprecated|disabled|must be|input should be|should be (one of|a valid)|may not be|disallowed|expected one of|supported values|is allowed|not compatible|requires .{0,30}(true|false)|(may|can|must) only\b|restricted to/i;
/** The same in other languages: Chinese providers, and gateways that follow the client's language. */
const REFUSAL_ELSEWHERE =
  /不支持|不被支持|不允许|不合法|无效|非法|未知|仅支持|只支持|只能|不能|不可|无法识别|有误|錯誤|不支援|無效|サポートされて(い(ない|ません))|対応して(い(ない|ません))|無効|不正|許可されて(い(ない|ません))|지원(되지|하지) 않|유효하지 않|허용되지 않|잘못된|n'est pas (pris|prise|supporté|autorisé|valide|permis)|invalide|inconnue?\b|no (es|está|se) (compatible|permit|soporta|admit|válid)|no válid|desconocid|nicht (unterstützt|erlaubt|zulässig)|ungültig|unbekannt/i;
/** Complaints about something missing are not refusals of a field. */
const MISSING = /must be passed back|is (missing|required)|missing (a|the|required)|field required/i;
/** If two fields exclude each other, dropping one is enough. */
const EITHER =
  /cannot both|both .{0,60}(specified|set|given|used)|mutually exclusive|only one of|either .{0,40} or /i;
const NO_THINKING =
  /(does|do)(?: not|n't) support (thinking|reasoning)\b(?! about)|(thinking|reasoning)( mode| effort| budget| level)?( \w+)?( is| are|:)? (not|un)[ -]?(supported|available|allowed|enabled)|not a (thinking|reasoning) model|no (thinking|reasoning) support|(does|do)(?: not|n't) (think|reason)\b|(does|do)(?: not|n't) support (the )?effort|effort( control| levels?| settings?)?( is| are)? (not|un)[ -]?(supported|available|allowed)|(budget|level) (for|of) (thinking|reasoning) (may|can|must)(?:not| not|n't)|(不支持|无法使用|不能使用|不支援).{0,6}(思考|推理)|(思考|推理)(模式|功能|能力)?.{0,4}(不支持|不可用|未开启)/i;
/** What error messages call a field instead of its name. */
const NICKNAMES: Readonly<Record<string, RegExp>> = {
  tool_choice: /tool[ -](choice|selection)|forc(ed|ing) (an? |the )?(tool|function)( call)?/i,
  parallel_tool_calls:
    /parallel[ _-](tool|function)[ _-]?call|(tools?|functions?)( calls?)? in parallel|(several|multiple) (tools|functions) at once/i,
  response_format:
    /response[ -]format|json[ _-](schema )?(mode|output|response)|json_schema|(structured|guided|constrained)[ _-](output|response|generation|decoding)|json_object/i,
  stream_options:
    /stream(ing)?[ -]options|include_usage|stream(ing|ed)? usage|usage (in|of|for) (a |the )?stream/i,
  strict: /strict (mode|tool|function|schema)|strict[ -]?(tool|function) call/i,
  reasoning_effort: NO_THINKING,
  reasoning: NO_THINKING,
  thinking: NO_THINKING,
  enable_thinking: NO_THINKING,
  thinking_budget: NO_THINKING,
  chat_template_kwargs: NO_THINKING,
  prompt_cache_key: /prompt cach(e|ing)|cache key/i,
  temperature: /(?<!\w)temperature(?!\w)|sampling (param|setting|option)/i,
  top_p: /(?<!\w)top[ _-]?p(?!\w)|nucleus sampling|sampling (param|setting|option)/i,
  presence_penalty: /presence[ -](and frequency[ -])?penalt(y|ies)/i,
  frequency_penalty: /frequency[ -](and presence[ -])?penalt(y|ies)/i,
  service_tier: /service[ -]tier/i,
  // vLLM and OpenAI, 2026-11: "`logprobs` must be set to true".
  top_logprobs: /(?<!\w)logprobs?(?!\w)|log[ -]probabilit/i,
  logprobs: /(?<!\w)logprobs?(?!\w)|log[ -]probabilit/i,
};

/** The only tools that a server takes are functions. */
const ONLY_FUNCTIONS =
  /\btools?\W+\d+\W+type\b[^a-z].{0,80}function|\btool types?\b.{0,40}\bfunction|only (supports? )?function tools/i;

/** Empty when the error is about something else. */
export function refusedFields(body: ChatRequest, error: string): string[] {
  const hosted = ONLY_FUNCTIONS.test(error) && isRefusal(error) ? hostedTools(body) : [];
  return hosted.length > 0 ? hosted : refusedAmong(droppable(body), error);
}

/** Those of `fields` that an error refuses; empty if it is about something else. */
export function refusedAmong(fields: readonly string[], error: string): string[] {
  if (!isRefusal(error) || MISSING.test(error)) return [];
  const named = fields.filter((field) => isNamed(field, error));
  return EITHER.test(error) ? named.slice(-1) : named;
}

function isRefusal(error: string): boolean {
  return REFUSAL.test(error) || REFUSAL_ELSEWHERE.test(error);
}

/** The request without these fields; the same object if it has none of them. */
export function withoutFields(body: ChatRequest, fields: Iterable<string>): ChatRequest {
  let result = body;
  for (const field of fields) result = withoutField(result, field);
  return result;
}

function droppable(body: ChatRequest): string[] {
  const ownFields = Object.keys(body).filter((field) => !ESSENTIAL.has(field));
  const inMessages = IN_MESSAGES.filter((field) => body.messages.some((message) => holds(message, field)));
  const strict = (body.tools ?? []).some(isStrict) ? ['strict'] : [];
  return [...ownFields, ...inMessages, ...hostedTools(body), ...strict];
}

function hostedTools({ tools = [] }: ChatRequest): string[] {
  return tools.filter(({ type }) => type !== 'function').map(({ type }) => String(type));
}

function isNamed(field: string, error: string): boolean {
  if (NICKNAMES[field]?.test(error)) return true;
  // A plain word such as "reasoning" only counts as a name if it is marked as one.
  if (/^[a-z]+$/.test(field)) return wordPattern(field).test(error);
  const camelCase = field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return new RegExp(`(?<!\\w)(?:${field}|${camelCase})(?!\\w)`, 'i').test(error);
}

function wordPattern(word: string): RegExp {
  const quoted = `(["'\`])${word}\\1`;
  const inPath = `\\.${word}(?!\\w)|(?<![:/\\w.])(?:/\\w+)+/${word}(?!\\w)`;
  const heading = `(?:^|["'\\n])${word}: (?=(?:extra|unknown|not|unsupported|invalid|value|input|must|should)\\b)`;
  const elsewhere = `(?:参数|字段|パラメータ|paramètre|parámetro|parameter)\\s*[«“"「『'\`]?\\s*${word}(?!\\w)|(?<!\\w)${word}\\s*[»”"」』'\`]?\\s*(?:参数|字段|매개변수|パラメータ)|(?:支持|允许|支援)\\s*${word}(?!\\w)|(?<!\\w)${word}\\s*(?:不支持|无效|非法|不合法)`;
  const announced = `(?:parameter|argument|field|option|setting|invalid|unsupported|unknown)s?(?: supplied| provided| given)?:? ${word}(?!\\w)`;
  const refused = `(?:support|accept|allow|permit)(?: the| a| setting| custom)* ${word}(?!\\w)`;
  const itself = `(?<!\\w)${word}(?: (?:parameter|argument|field|option|setting|value))?(?: is| are)? (?:not|un)[ -]?(?:supported|allowed|permitted|accepted|available)`;
  return new RegExp(`${quoted}|${inPath}|${heading}|${announced}|${refused}|${itself}|${elsewhere}`, 'i');
}

function withoutField(body: ChatRequest, field: string): ChatRequest {
  if (field === 'response_format' && field in body) return withFormatTold(body);
  if (field in body) return omit(body, field);
  if (field === 'strict') return { ...body, tools: (body.tools ?? []).map(withoutStrict) };
  if (IN_MESSAGES.some((name) => name === field)) {
    return { ...body, messages: body.messages.map((message) => withoutInMessage(message, field)) };
  }
  const tools = body.tools?.filter(({ type }) => type === 'function' || type !== field);
  return tools === undefined || tools.length === body.tools?.length ? body : { ...body, tools };
}

function withFormatTold(body: ChatRequest): ChatRequest {
  const { response_format: format, ...rest } = body;
  const schema = (format as { json_schema?: { schema?: JsonObject } }).json_schema?.schema;
  return { ...rest, messages: withFormatInWords(body.messages, schema) } as ChatRequest;
}

function omit<T extends object>(object: T, key: string): T {
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key)) as T;
}

function holds(message: ChatMessage, field: string): boolean {
  if (field in message) return true;
  return 'tool_calls' in message && (message.tool_calls ?? []).some((call) => field in call);
}

function withoutInMessage(message: ChatMessage, field: string): ChatMessage {
  if (!holds(message, field)) return message;
  const rest = omit(message, field);
  if (!('tool_calls' in rest) || rest.tool_calls === undefined) return rest;
  return { ...rest, tool_calls: rest.tool_calls.map((call) => omit(call, field)) };
}

type AnyTool = ChatFunctionTool | JsonObject;

function isStrict(tool: AnyTool): boolean {
  return isFunction(tool) && tool.function.strict !== undefined;
}

function withoutStrict(tool: AnyTool): AnyTool {
  return isFunction(tool) ? { ...tool, function: omit(tool.function, 'strict') } : tool;
}

function isFunction(tool: AnyTool): tool is ChatFunctionTool {
  return tool.type === 'function' && typeof tool.function === 'object';
}
