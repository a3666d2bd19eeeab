/**
 * A provider's own reasoning, kept so that it can go back: as text under the field where it came, as an
 * ordered list of details, and as metadata bound to single calls.
 */

import type { Json } from '../../json.ts';
import type { ReasoningField } from '../profile.ts';

export interface ProviderReasoning {
  /** Profile id of the provider that produced it. */
  provider: string;
  /** Upstream model name that produced it. */
  model: string;
  text: string;
  /** The field in which the text arrived. */
  field: ReasoningField;
  /** `reasoning_details` as received, merged per entry. */
  details?: Json[];
  /** Per call id: `extra_content` of the tool call (Gemini's thought signatures). */
  callExtras?: { [callId: string]: Json };
}

/**
 * Turns reasoning into the opaque text of `encrypted_content` and back. The host supplies it, since
 * compression is not pure. `seal` returns undefined for what is too large to travel, `open` for anything that
 * this relay did not write. What `open` gives, it may give again: nobody changes it.
 */
export interface ReasoningSeal {
  seal(reasoning: ProviderReasoning): string | undefined;
  open(sealed: string): ProviderReasoning | undefined;
}

/**
 * The model's family: the letters that its own name starts with (`deepseek/deepseek-v4-pro` -> `deepseek`,
 * `accounts/x/models/kimi-k3` -> `kimi`). Reasoning never goes back to another family, whose provider would
 * reject foreign signatures.
 */
export function modelFamily(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return /^[a-z]+/.exec(name)?.[0] ?? name;
}
