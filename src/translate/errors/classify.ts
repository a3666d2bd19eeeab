/**
 * Classifies an error by status, codes and words. Words are judged with care: the class decides what Codex does next
 * (drop history, wait, stop) and which cure a person reads.
 */
import type { ErrorCode } from '../../errors.ts';
import type { Profile } from '../profile.ts';
import { withoutNothingCharged } from './nothing-charged.ts';
import type { SaidError } from './said.ts';

/** What a person can do about it, if the code alone does not tell. */
export type ErrorCure =
  | 'base-url'
  | 'privacy'
  | 'tools'
  | 'route'
  | 'content'
  | 'region'
  | 'service'
  | 'access';

export interface ErrorClass {
  code: ErrorCode;
  cure?: ErrorCure;
}

/** Codes that name an overflow, even inside a message. */
const OVERFLOW_CODE =
  /context_(length|window)_exceeded|exceed(s|ed)?_context|max_prompt_tokens_exceeded|context_too_long|prompt_too_long|request_too_large/i;
/**
 * Prose for what can be too long. `context_size` in quotes or inside a longer name is the name of a parameter, not an
 * overflow.
 */
const LENGTH =
  '(?:(?<!search )context[ -](?:length|window|size|limit)|max(?:imum)? context|(?:the |your |this )(?:input|prompt|context|conversation)\\b(?! schema)|^(?:input|prompt|context)\\b|(?:prompt|input|sequence)[ -](?:token(?:s| count| limit)?|length|size)|prompt tokens?|total number of tokens|total tokens|number of (?:input |prompt )?tokens|token (?:limit|count)s?|`inputs`|prompt_tokens|max_(?:seq|model)_len\\w*|too many (?:input )?tokens|message tokens|messages? .{0,20}tokens)';
/** Prose for being too long. */
const TOO_MUCH =
  "(?:exceed\\w*|too (?:long|large|big|many)|over the (?:limit|maximum)|overflow\\w*|longer than|larger than|greater than|more than|must be (?:less|<|<=|at most)|must have less|should be (?:less|\\[)|maximum|(?:does|do|did)(?: not|n't) fit|no longer fits?|is not enough|reached|limit (?:is|of) \\d|run out of|out of room|[<>]=? ?\\d{3,})";
const OVERFLOW = [
  new RegExp(`${LENGTH}.{0,120}?${TOO_MUCH}`, 'i'),
  new RegExp(`${TOO_MUCH}.{0,80}?${LENGTH}`, 'i'),
  /(prompt|input|request|conversation|messages?) (is |are )?too (long|large|big)\b/i,
  /too large for model/i,
  /too many (input |prompt |context )?tokens\b/i,
  /reduce (the|your) (length|size|number of tokens)|current length is \d/i,
  /prompt exceeds max|context the overflows/i,
  // "上下文长度超过", "输入过长", "超过模型最大长度"
  /(上下文|输入|提示词|请求).{0,16}(超过|超出|过长)|超(过|出).{0,12}(最大)?(上下文|长度|token)/i,
];
/** The limit on the answer is too high; the conversation itself is not too long. */
const OUTPUT_LIMIT = /max_(completion_|new_|output_)?tokens|maxOutputTokens|max_tokens_to_sample/i;
const INPUT =
  /\binputs?\b|\bprompt\b|in the messages|context (length|limit|window) (is|of|:)|context limit:/i;
/** The fault is in a schema or a parameter. */
const SCHEMA =
  /\bschema\b|\btools?[.[]|\bfunctions?[.[]|\bparameters?[.:]|properties[.']|invalid (type|value) for|extra inputs/i;

const RATE =
  /rate.?limit|too[ _]many[ _]requests|\bslow_down\b|requests? per (minute|second|hour|day)|tokens per (minute|day)|\b[RT]P[MD]\b|throttl|concurren\w+ (limit|request)|请求过于频繁|速率限制|频率/i;
const QUOTA =
  /key limit exceeded|insufficient.{0,12}(quota|balance|credit|fund)|(quota|credits?|balance|allowance)\b.{0,40}\b(exceeded|exhausted|used up|depleted|run out|reached)|exceed\w*.{0,30}\b(quota|credits)\b|not[ _]enough[ _](balance|quota|funds)|overdue[ _](balance|payment)|payment method is required|billing[ _]hard[ _]limit|billing_not_active|payment required|arrearage|(out of|no|not enough|add( more)?|requires? more|purchase( more)?) credits?\b|credit balance is too low|top.?up your|账户余额|余额不足|欠费/i;
const QUOTA_CODE =
  /^(insufficient_(quota|balance|credits?|funds)|quota_exceeded|billing_(hard_limit\w*|not_active)|arrearage|(organization_)?spend_limit_exceeded|usage_limit_(reached|exceeded)|usage_not_included)$/i;
const BAD_KEY =
  /api[ _-]?key (is |was |has )?(not (valid|found|recognized|provided|set)|invalid|expired|incorrect|missing|wrong|disabled|revoked)|(invalid|incorrect|missing|expired|wrong|malformed|unknown|revoked|no|bad|provide\w* (an?|your|the)) (api|auth|access|bearer)[ _-]?(key|token|credential)|api_key_invalid|invalid_api_key|invalid.?authentication|authentication[ _](error|fail\w+|required)|unauthenticated|incorrect api key|令牌|密钥/i;
/** A 403 without any of these words is not about the key. */
const KEY_WORDS = /api[ _-]?key|\bkeys?\b|authenti|authori[sz]|credential|\btokens?\b|sign.?in|log.?in/i;
const MODERATION =
  /moderation|flagged|content.?(policy|filter)|safety (system|filter|polic)|content_policy|sensitive (content|words)/i;
const REGION =
  /\b(region|country|countries|location|territor\w+|network|vpn|firewall)\b|cloudflare|attention required|just a moment/i;
const SERVICE_OFF =
  /SERVICE_DISABLED|has not been used in project|api (is|has) (not|been) (enabled|disabled)|it is disabled/i;
const OVERLOADED =
  /overloaded|(at|over|exceeded|no|insufficient) capacity|server (is )?busy|high demand|capacity_exceeded|temporarily unavailable|繁忙|过载/i;
const NO_MODEL =
  /(unknown|no such|invalid|unrecognized|nonexistent) model\b|invalid model (name|id)|model[ _](id|name)? ?(not|does not|doesn't|is not)[ _](exist|found|a valid)|model[^.\n]{0,100}?\b(not found|not exist|does ?n[o']t exist|is not a valid model|not a valid model|could not be found|isn't (available|loaded)|is not (loaded|available|deployed|installed)|has been (deprecated|removed|retired|decommissioned))|no model (named|with)|not a valid model|is pinned to|model_not_found|model_decommissioned|模型不存在|不存在的模型/i;
const ADDRESS =
  /not.?found|no (such )?(route|path|page|resource)|cannot (post|get)|invalid url|unrecognized (request )?url|unknown (url|path|route|endpoint)|method|\bpath\b|\bpage\b|\b(url|route)\b/i;
const LONG_WAIT_SECONDS = 3600;
const NO_ENDPOINTS = /no (allowed )?(endpoints?|providers?)( found| available| are available)?/i;

export function classify(
  status: number,
  said: SaidError,
  model: string,
  { errorCodes }: Profile,
  wait: number | undefined,
): ErrorClass {
  const { message, codes } = said;
  for (const code of codes) {
    const known = Object.hasOwn(errorCodes, code) ? errorCodes[code] : undefined;
    if (known !== undefined) return { code: known };
  }
  const says = (pattern: RegExp) => pattern.test(message) || codes.some((code) => pattern.test(code));
  if (codes.includes('context_length_exceeded')) return { code: 'context_length_exceeded' };
  if (codes.some((code) => QUOTA_CODE.test(code)) || status === 402) return { code: 'insufficient_quota' };
  // Groq, 2026-11: a request larger than the whole rate limit; waiting does not help.
  if (status === 413) return { code: 'context_length_exceeded' };
  // Anything it also says about limits and credits is beside the point.
  if (status === 403 && says(MODERATION)) return { code: 'invalid_prompt', cure: 'content' };
  const isRate = says(RATE);
  const cause = withoutNothingCharged(message);
  if (!isRate && isOverflow({ ...said, message: cause })) return { code: 'context_length_exceeded' };
  // A quota that is restored in a moment is a rate limit (Gemini's free tier, 2026-11); one for a day or a month is a
  // quota.
  if (isQuota({ ...said, message: cause }))
    return { code: (wait ?? Infinity) > LONG_WAIT_SECONDS ? 'insufficient_quota' : 'rate_limit_exceeded' };
  if (status === 429 || isRate) return { code: 'rate_limit_exceeded' };
  if (says(SERVICE_OFF)) return { code: 'forbidden', cure: 'service' };
  if (says(/location is not supported|unsupported_country/i)) return { code: 'forbidden', cure: 'region' };
  if (status === 401 || says(BAD_KEY)) return { code: 'upstream_unauthorized' };
  if (status === 403) return forbidden(message, says);
  if (status >= 400 && status < 500) {
    const missing = notFound(status, said, model, says);
    if (missing !== undefined) return missing;
  }
  if (codes.includes('model_not_found')) return { code: 'model_not_found' };
  const isTrouble = status === 0 || status >= 500;
  // Codex gives up on an overload. It should not if the overload came inside a stream, where this relay has not
  // retried.
  if (status === 503 || status === 529 || (status >= 500 && says(OVERLOADED)))
    return { code: 'server_is_overloaded' };
  if (isTrouble) return { code: 'upstream_error' };
  if (status < 500 && says(MODERATION)) return { code: 'invalid_prompt', cure: 'content' };
  return { code: 'invalid_prompt' };
}

function isQuota({ message, codes }: SaidError): boolean {
  if (codes.some((code) => QUOTA.test(code))) return true;
  return QUOTA.test(message) && !SCHEMA.test(message);
}

function isOverflow({ message, codes }: SaidError): boolean {
  if (codes.some((code) => OVERFLOW_CODE.test(code)) || OVERFLOW_CODE.test(message)) return true;
  if (OUTPUT_LIMIT.test(message) && !INPUT.test(message)) return false;
  if (SCHEMA.test(message) && !/\d\s*tokens|tokens\D{0,20}\d/i.test(message)) return false;
  return OVERFLOW.some((pattern) => pattern.test(message));
}

function forbidden(message: string, says: (pattern: RegExp) => boolean): ErrorClass {
  if (says(REGION)) return { code: 'forbidden', cure: 'region' };
  // It says only "forbidden": usually the key is the cause.
  const isBare =
    message.replace(/^\W*(error|403|http|forbidden|access denied|permission denied|\W)*$/i, '') === '';
  return isBare || says(KEY_WORDS)
    ? { code: 'upstream_unauthorized' }
    : { code: 'forbidden', cure: 'access' };
}

function notFound(
  status: number,
  { message, codes, holders }: SaidError,
  model: string,
  says: (pattern: RegExp) => boolean,
): ErrorClass | undefined {
  // OpenRouter, 2026-11: the model exists, but not for this account or for such a request.
  if (NO_ENDPOINTS.test(message)) {
    if (/policy|privacy|guardrail|training/i.test(message)) return { code: 'forbidden', cure: 'privacy' };
    if (/support/i.test(message)) {
      return { code: 'model_not_found', cure: /tool use|tools|function/i.test(message) ? 'tools' : 'route' };
    }
  }
  if (says(NO_MODEL)) return { code: 'model_not_found' };
  if (status === 405) return { code: 'not_found', cure: 'base-url' };
  if (status !== 404) return undefined;
  const namesModel =
    /\b(models?|deployment|function '|no endpoints)/i.test(message) ||
    codes.some((code) => /model|deployment/i.test(code)) ||
    (model !== '' && message.toLowerCase().includes(model.toLowerCase()));
  // If the API itself says "not found" in other words, it means the one thing that a request names: its model.
  const isApi = holders.length > 0 && message !== '' && !ADDRESS.test(message);
  return namesModel || isApi ? { code: 'model_not_found' } : { code: 'not_found', cure: 'base-url' };
}
