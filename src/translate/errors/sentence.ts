/** An error as one plain sentence: what happened, where, and what to do. */
import type { Profile } from '../profile.ts';
import type { ErrorClass, ErrorCure } from './classify.ts';

export interface ErrorFacts {
  class: ErrorClass;
  /** HTTP status; undefined for an error inside a stream. */
  status: number | undefined;
  /** The provider's own words; empty where it said nothing. */
  said: string;
  profile: Profile;
  model: string;
  /** Seconds that the provider asks to wait. */
  wait: number | undefined;
}

const CURES: Readonly<Record<ErrorCure, string>> = {
  'base-url': '',
  privacy: "Change the account's privacy settings there, or choose another model.",
  tools: 'Choose a model that can call tools.',
  route: 'Choose another model, or ask for less.',
  content: "The provider's moderation stopped it; change what was asked.",
  region: 'Check the network, the proxy and whether the provider serves this region.',
  service: 'Enable the API for the project of this key; the key itself is not at fault.',
  access: 'Check what this account may use.',
};
/** Codex reads the wait from exactly this wording. */
const CODEX_READS = /try again in\s*\d+(\.\d+)?\s*(s|ms|seconds?)\b/i;

export function sentence({ class: { code, cure }, status, said, profile, model, wait }: ErrorFacts): string {
  const { name } = profile;
  const answered = status === undefined ? '' : ` (HTTP ${status})`;
  const quote = said === '' ? '.' : `: ${said}${/[.!?。]$/.test(said) ? '' : '.'}`;
  const advice = cure === undefined ? '' : ` ${CURES[cure]}`;
  switch (code) {
    case 'upstream_unauthorized':
      return `${name} refused the API key${answered}${quote} Check the key of this provider.`;
    case 'model_not_found':
      return cure === undefined
        ? `${name} has no model "${model}"${answered}${quote} Choose one that it lists.`
        : `${name} cannot serve ${model} for this request${answered}${quote}${advice}`;
    case 'not_found':
      return `${name} has no /chat/completions at this address${answered}${quote} Check the base URL (often it ends in /v1).`;
    case 'forbidden':
      return `${name} does not allow this request${answered}${quote}${advice}`;
    case 'context_length_exceeded':
      return `The conversation no longer fits the context window of ${model} at ${name}${quote}`;
    case 'insufficient_quota':
      return `${name} says that the account is out of quota${answered}${quote}`;
    case 'rate_limit_exceeded': {
      const again = wait === undefined || CODEX_READS.test(said) ? '' : ` Please try again in ${wait}s.`;
      return `${name} limits the rate of requests${answered}${quote}${again}`;
    }
    case 'server_is_overloaded':
      return `${name} is overloaded${answered}${quote}`;
    case 'invalid_prompt':
      return `${name} refused the request${answered}${quote}${advice}`;
    default:
      return `${name} failed${answered}${quote}`;
  }
}
