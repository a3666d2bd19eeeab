import type { Profile } from '../translate/profile.ts';

/** A provider that ships with the relay. One file of this folder each. */
export interface Preset {
  profile: Profile;
  /** Chat Completions base URL; `/chat/completions` and `/models` are appended. Undefined: the user gives one. */
  baseUrl: string | undefined;
  /** Hosts by which a base URL is recognised as this provider's, each with its subdomains. */
  hosts: readonly string[];
  /** Whether requests need a key. */
  needsKey: boolean;
  /** Where a person gets a key. */
  keyUrl?: string;
  /** A model to begin with, when the user names none. */
  defaultModel?: string;
  /** The port that the documentation suggests, so that several relays can run side by side. */
  suggestedPort?: number;
}
