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
  /** What the model's Responses endpoint takes; read on that wire only. */
  native: NativeProfile;
  /** The key that is sent; undefined sends none. */
  apiKey: string | undefined;
  /** Which of the provider's keys that is, from 0. */
  keyIndex: number;
}

/** A target as the log and the user know it. */
export function targetName({ provider, model, keyIndex }: Target): string {
  const key = keyIndex === 0 ? '' : ` (key ${keyIndex + 1})`;
  return `${provider.label} ${model}${key}`;
}
