/** Turns what VS Code and its models throw into errors of a Chat Completions provider. Pure. */
import { isObject, type JsonObject } from '../../json.ts';

export interface ModelFailure {
  status: number;
  /** In OpenAI's envelope. */
  body: { error: JsonObject };
}

/** By the error's `code` or `name`: those of `vscode.LanguageModelError`, and Copilot's own (2026-11). */
const KNOWN: Readonly<Record<string, { status: number; cure: string }>> = {
  NoPermissions: {
    status: 403,
    cure: 'Allow Codex Relay to use the model: in VS Code, open the Accounts menu, choose "Manage Language Model Access", and send the message again.',
  },
  Blocked: {
    status: 429,
    cure: 'Its provider blocks Codex Relay for now, mostly after too many requests. Wait, or choose another provider.',
  },
  NotFound: { status: 404, cure: '' },
  ChatQuotaExceeded: {
    status: 429,
    cure: 'Wait until the quota renews, raise it in the account of the provider, or choose another provider.',
  },
  ChatRateLimited: { status: 429, cure: '' },
  off_topic: {
    status: 400,
    cure: 'The model only answers what it takes for programming. Say what the question has to do with the code, or choose another model.',
  },
};
const UNKNOWN = { status: 500, cure: '' };
/** Copilot's filter (2026-11) is recognised by these words in the cause. */
const OFF_TOPIC = /\boff.?topic\b/i;
/** Model providers mention the HTTP status of their own calls in the message. */
const STATED_STATUS = /\b(?:HTTP|status|code|failed|error)\b\W{0,4}([45]\d\d)\b/i;

/** @param error whatever was thrown; a `cause` says more than what wraps it */
export function failureOf(error: unknown): ModelFailure {
  const said = wordsOf(error);
  const words = said.map(({ message }) => message);
  const code = codeIn(said);
  const { status, cure } = (code === undefined ? undefined : KNOWN[code]) ?? UNKNOWN;
  const stated = Number(STATED_STATUS.exec(words.join('\n'))?.[1] ?? status);
  const message = [...new Set(words)].filter((text) => text !== '').join(': ');
  return {
    status: code === undefined ? stated : status,
    body: {
      error: {
        message: [sentence(message), cure].filter((text) => text !== '').join(' '),
        ...(code === undefined ? {} : { code }),
      },
    },
  };
}

/** The failure if there is no such model to send the request to. @param offered how many models there are */
export function noSuchModel(id: string, offered: number): ModelFailure {
  const message =
    offered === 0
      ? 'VS Code offers no language model. Sign in to GitHub Copilot, or install an extension that brings models.'
      : `VS Code does not offer "${id}" now.`;
  return { status: 404, body: { error: { message, code: 'NotFound' } } };
}

interface CauseWords {
  message: string;
  names: readonly string[];
}

/** The error and its causes, the outer one first. */
function wordsOf(error: unknown): CauseWords[] {
  const words: CauseWords[] = [];
  for (let at = error; at !== undefined && at !== null && words.length < 4; ) {
    if (typeof at === 'string') {
      words.push({ message: at, names: [] });
      break;
    }
    if (!(at instanceof Error) && !isObject(at)) break;
    const fields: { message?: unknown; code?: unknown; name?: unknown; cause?: unknown } = at;
    const names = [fields.code, fields.name].filter((name) => typeof name === 'string');
    words.push({ message: typeof fields.message === 'string' ? fields.message : '', names });
    at = fields.cause;
  }
  return words;
}

function codeIn(words: readonly CauseWords[]): string | undefined {
  const named = words.flatMap(({ names }) => names).find((name) => Object.hasOwn(KNOWN, name));
  if (named !== undefined) return named;
  return words.some(({ message }) => OFF_TOPIC.test(message)) ? 'off_topic' : undefined;
}

function sentence(text: string): string {
  return text === '' || /[.!?]$/.test(text) ? text : `${text}.`;
}
