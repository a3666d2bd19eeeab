/** A provider's own reasoning, kept so that it can go back: as text, as a list of details, as metadata of calls. */

import type { Json } from '../../json.ts';
import type { Profile, ReasoningField } from '../profile.ts';

/** What one reasoning item holds. */
export interface ProviderReasoning {
  /** The provider that sent it, as its profile names the owner of reasoning. */
  provider: string;
  /** Upstream name of the model that produced it. */
  model: string;
  text: string;
  /** Where the text arrived. */
  field: ReasoningField;
  /** `reasoning_details` as received, the fragments of each entry merged. */
  details?: Json[];
  /** By call id: the `extra_content` of the tool call (Gemini's thought signatures). */
  callExtras?: { [callId: string]: Json };
  /** If it came as an item of the Responses API: what the item held besides the text. */
  item?: ReasoningParts;
}

export interface ReasoningParts {
  summary: string[];
  /** The provider's own `encrypted_content`. */
  sealed?: string;
  /** OpenRouter, 2026-10: which vendor's reasoning it is, and that vendor's signature of it. */
  format?: string;
  signature?: string;
}

/**
 * Turns reasoning into the opaque text of `encrypted_content` and back. It is passed in because compression needs Node,
 * which the translator does not use.
 */
export interface ReasoningSeal {
  /** Undefined if the reasoning is too large to be sent. */
  seal(reasoning: ProviderReasoning): string | undefined;
  /** Undefined for anything that this relay did not write. The result may be shared and must not be modified. */
  open(sealed: string): ProviderReasoning | undefined;
}

/** The tag for reasoning from this provider. */
export function ownerOf({ id, owner = id }: Pick<Profile, 'id' | 'owner'>): string {
  return owner;
}

/**
 * The model's family: the leading letters of its own name (`deepseek/deepseek-v4-pro` -> `deepseek`,
 * `accounts/x/models/kimi-k3` -> `kimi`). Reasoning never goes to another family: foreign signatures are refused.
 */
export function modelFamily(model: string): string {
  const name = model.slice(model.lastIndexOf('/') + 1).toLowerCase();
  return /^[a-z]+/.exec(name)?.[0] ?? name;
}
