import type { JsonObject } from '../../../json.ts';
import type { InputItem } from '../../../wire/responses.ts';
import type { Profile } from '../../profile.ts';
import type { ProviderReasoning, ReasoningSeal } from '../../reasoning/reasoning.ts';
import { isForeign } from '../../request/conversation.ts';
import type { NativeProfile } from '../native-profile.ts';

export interface ReasoningOptions {
  profile: Profile;
  native: NativeProfile;
  model: string;
  seal: ReasoningSeal | undefined;
}

/**
 * Reasoning in the form in which it goes back to its model. Undefined if it is another model's, was sealed by another
 * service, or contains nothing that this provider reads.
 */
export function reasoningItem(
  { encrypted_content }: InputItem,
  { profile, native, model, seal }: ReasoningOptions,
): { item: JsonObject; isReadable: boolean } | undefined {
  const reasoning = encrypted_content ? seal?.open(encrypted_content) : undefined;
  if (reasoning === undefined || isForeign(reasoning, { profile, model })) return undefined;
  const parts = partsFor(reasoning, native.reasoningIn);
  if (parts === undefined) return undefined;
  const { summary, text, sealed } = parts;
  const { format, signature } = native.reasoningIn === 'as-received' ? (reasoning.item ?? {}) : {};
  const nothing = native.nullFields ? null : undefined;
  const content = text === '' ? nothing : [{ type: 'reasoning_text', text }];
  const own = sealed ?? nothing;
  return {
    item: {
      type: 'reasoning',
      summary: summary.map((part) => ({ type: 'summary_text', text: part })),
      ...(content === undefined ? {} : { content }),
      ...(own === undefined ? {} : { encrypted_content: own }),
      ...(format === undefined ? {} : { format }),
      ...(signature === undefined ? {} : { signature }),
      ...(native.itemStatus ? { status: 'completed' } : {}),
    },
    isReadable: text !== '',
  };
}

interface Parts {
  summary: string[];
  text: string;
  sealed: string | undefined;
}

/** The parts of the reasoning that a provider reads; undefined if there are none. */
function partsFor(
  { text, item: { summary, sealed } = { summary: [] } }: ProviderReasoning,
  how: NativeProfile['reasoningIn'],
): Parts | undefined {
  switch (how) {
    case 'as-received':
      return text === '' && summary.length === 0 && sealed === undefined
        ? undefined
        : { summary, text, sealed };
    case 'text': {
      const readable = text || summary.join('\n\n');
      return readable === '' ? undefined : { summary: [], text: readable, sealed: undefined };
    }
    case 'sealed':
      return sealed === undefined ? undefined : { summary, text: '', sealed };
    case 'text-as-sealed': {
      const readable = sealed || text;
      return readable === '' ? undefined : { summary: [], text: '', sealed: readable };
    }
    case 'never':
      return undefined;
  }
}
