import type { NativeProfile } from '../translate/native/native-profile.ts';
import type { Profile } from '../translate/profile.ts';
import type { Wire } from '../wire/wire.ts';
import type { BalanceSource } from './balance.ts';
import type { ServerId } from './model-servers.ts';

/** A provider that ships with the relay. Each has a file in `presets/`. */
export interface Preset {
  profile: Profile;
  /** Models whose dialect differs. All that match are merged over the profile, in order. */
  models?: readonly ModelRule[];
  /** Its own endpoint for the Responses API. Undefined: none is known. */
  native?: NativePreset;
  /** Chat Completions base URL; `/chat/completions` and `/models` are appended. Undefined: the user gives one. */
  baseUrl: string | undefined;
  /**
   * Hosts, including their subdomains, by which a base URL is recognised as this provider's. With a port
   * (`localhost:11434`) only that port counts, on any loopback address. Empty for a plan that shares its host with
   * pay-as-you-go and is recognised by `baseUrl` alone.
   */
  hosts: readonly string[];
  /** What people may type to find it, besides its name; lower case. */
  keywords?: readonly string[];
  /** Whether a subscription pays, so that single requests have no price. Default false. */
  isPlan?: true;
  /** The base URL for users who have a resource of their own; `{resource}` stands for its name. */
  addressTemplate?: string;
  /** Whether requests need a key. */
  needsKey: boolean;
  /** The only host that can reach its address, which is not on a network. Default: any host. */
  onlyIn?: 'vscode';
  /** The header that carries the key. Default: `authorization`, as a bearer token. */
  keyHeader?: string;
  /** Headers that every request carries, by lower-case name. */
  headers?: Readonly<Record<string, string>>;
  /** Where a person gets a key. */
  keyUrl?: string;
  /**
   * Path below the base URL where a GET tells whether a key is good, needed if the model list is public. Default:
   * `/models`.
   */
  keyCheckPath?: string;
  /** Where it tells what is left on the account. Default: not documented. */
  balance?: BalanceSource;
  /** The environment variable for the key according to the provider's documentation. */
  keyVariable?: string;
  /** Whether the provider's own model names may begin with its id, as `openrouter/auto` does. Default false. */
  isVendorPrefix?: true;
  /**
   * Whether `/models` lists other names than requests take, like Azure's base models and deployments. Default false.
   */
  listsOtherNames?: true;
  /** The tag that a model name without one implies, like Ollama's `latest`. Default: none. */
  impliedTag?: string;
  /**
   * The program that serves the models and tells more about them than `/models` does. `any`: recognised by its list.
   * Default: a service that need not be asked.
   */
  server?: ServerId | 'any';
  /** The command that starts it, for a server on the user's own machine. */
  startCommand?: string;
  /** The model to begin with if the user names none. */
  defaultModel?: string;
  /** The port that the documentation suggests, so that several relays can run side by side. */
  suggestedPort?: number;
  /** Where the dialect was read: documentation, SDK source or recorded replies. */
  source: string;
  /** The day of that reading, `YYYY-MM-DD`. */
  checked: string;
}

/** A provider's Responses endpoint. */
export interface NativePreset {
  /** The API for its models unless a rule or the user says otherwise: `responses` only if that is better for Codex. */
  wire: Wire;
  /** `/responses` is appended. Default: the base URL of Chat Completions. */
  baseUrl?: string;
  profile: NativeProfile;
  /** Models that differ. All that match are merged over the profile, in order. */
  models?: readonly NativeRule[];
  /** Where this was read, and on which day, `YYYY-MM-DD`. */
  source: string;
  checked: string;
}

/** How models of one kind differ at a provider's Responses endpoint. */
export interface NativeRule {
  /** As in `ModelRule`. */
  match: readonly string[];
  wire?: Wire;
  profile?: DeepPartial<NativeProfile>;
}

/** How models of one kind differ, at one provider or wherever they are served. */
export interface ModelRule {
  /** Globs over the upstream's model name, case ignored; `*` stands for any characters. */
  match: readonly string[];
  profile: DeepPartial<Profile>;
}

/**
 * Objects merge, except those that describe one choice (`effortFields`, `webSearch`); lists and everything else
 * replace.
 */
export type DeepPartial<T> = {
  [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? DeepPartial<T[K]> : T[K];
};
