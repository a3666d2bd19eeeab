/** Where one request goes. */
import type { NativeProfile } from '../../translate/native/native-profile.ts';
import type { Profile } from '../../translate/profile.ts';
import type { Wire } from '../../wire/wire.ts';
import type { Provider } from './provider.ts';

export interface Target {
  provider: Provider;
  /** The provider's name for the model. */
  model: string;
  /** The dialect of that model. */
  profile: Profile;
  /** The API that is spoken. */
  wire: Wire;
  /** What the model's Responses endpoint takes; used on that wire only. */
  native: NativeProfile;
  /** The key to send; undefined sends none. */
  apiKey: string | undefined;
  /** The index of that key among the provider's, from 0. */
  keyIndex: number;
}

/** A target's name for the log and the user. */
export function targetName({ provider, model, keyIndex }: Target): string {
  const key = keyIndex === 0 ? '' : ` (key ${keyIndex + 1})`;
  return `${provider.label} ${model}${key}`;
}
