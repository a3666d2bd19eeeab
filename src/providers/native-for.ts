/** Decides which wire is spoken for a model, and what its provider's Responses endpoint takes. */
import { BASE_NATIVE, type NativeProfile } from '../translate/native/native-profile.ts';
import type { Wire } from '../wire/wire.ts';
import { globPattern, matches, merge } from './model-rules.ts';
import type { DeepPartial, NativePreset, Preset } from './preset.ts';

interface Native {
  wire: Wire;
  profile: NativeProfile;
}

/** What decides besides the preset. */
export interface WireFacts {
  /** Whether the address is the provider's own, because what is known about its endpoint does not apply to gateways. */
  isOwn: boolean;
  /** The user's choices by model name; `*` stands for any characters. */
  wires: Readonly<Record<string, Wire>>;
  profiles: Readonly<Record<string, DeepPartial<NativeProfile>>>;
}

/** The API to speak to a provider for this model. */
export function nativeFor(preset: Preset, model: string, { isOwn, wires, profiles }: WireFacts): Native {
  const { native } = preset;
  const known =
    native === undefined ? { wire: 'chat' as const, profile: BASE_NATIVE } : ofRules(native, model);
  const wire = chosenFor(wires, model) ?? (isOwn ? known.wire : 'chat');
  return { wire, profile: merge(known.profile, chosenFor(profiles, model)) };
}

function ofRules({ wire, profile, models = [] }: NativePreset, model: string): Native {
  const rules = models.filter((rule) => matches(rule, model));
  return rules.reduce<Native>(
    (known, rule) => ({ wire: rule.wire ?? known.wire, profile: merge(known.profile, rule.profile) }),
    { wire, profile },
  );
}

/** A model's own entry beats one for several. */
function chosenFor<T>(choices: Readonly<Record<string, T>>, model: string): T | undefined {
  if (Object.hasOwn(choices, model)) return choices[model];
  const [, found] =
    Object.entries(choices)
      .toSorted(([one], [other]) => other.length - one.length)
      .find(([glob]) => globPattern([glob]).test(model)) ?? [];
  return found;
}
