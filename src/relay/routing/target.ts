/** Where one request goes. */
import type { Profile } from '../../translate/profile.ts';
import type { Provider } from './provider.ts';

export interface Target {
  provider: Provider;
  /** The provider's name for the model. */
  model: string;
  /** The dialect of that model. */
  profile: Profile;
  /** The key that is sent; undefined sends none. */
  apiKey: string | undefined;
}
