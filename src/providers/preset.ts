import type { NativeProfile } from '../translate/native/native-profile.ts';
import type { Profile } from '../translate/profile.ts';
import type { Wire } from '../wire/wire.ts';
import type { BalanceSource } from './balance.ts';
import type { ServerId } from './model-servers.ts';

/** A provider that ships with the relay. One file of this folder each. */
export interface Preset {
  profile: Profile;
  /** Models whose dialect differs. All that match are merged over the profile, in order. */
  models?: readonly ModelRule[];
  /** Its own endpoint for the Responses API. Undefined: none is known. */
  native?: NativePreset;
  /** Chat Completions base URL; `/chat/completions` and `/models` are appended. Undefined: the user gives one. */
  baseUrl: string | undefined;
  /**
   * Hosts by which a base URL is recognised as this provider's, each with its subdomains. With a port
   * (`localhost:11434`) only that port is meant, on any loopback address. Empty for a plan that shares its host with
   * pay-as-you-go: `baseUrl` alone tells it.
   */
  hosts: readonly string[];
  /** What people type who look for it, beside its name; lower case. */
  keywords?: readonly string[];
  /** Whether a subscription pays, and no request has a price of its own. Default false. */
  isPlan?: true;
  /** The base URL of who has a resource of their own there; `{resource}` stands for its name. */
  addressTemplate?: string;
  /** Whether requests need a key. */
  needsKey: boolean;
  /** The only host that can reach its address, which is no URL of a network. Default: any host. */
  onlyIn?: 'vscode';
  /** The header that carries the key. Default: `authorization`, as a bearer token. */
  keyHeader?: string;
  /** Headers that every request carries, by lower-case name. */
  headers?: Readonly<Record<string, string>>;
  /** Where a person gets a key. */
  keyUrl?: string;
  /** Path below the base URL where a GET tells whether a key is good. Default: `/models`, where lists are not public. */
  keyCheckPath?: string;
  /** Where it tells what is left on the account. Default: nowhere that is documented. */
  balance?: BalanceSource;
  /** The environment variable in which people keep the key, by the provider's own documentation. */
  keyVariable?: string;
  /** Whether the provider's own model names may begin with its id, as `openrouter/auto` does. Default false. */
  isVendorPrefix?: true;
  /** Whether `/models` lists other names than requests take, as Azure's base models and deployments. Default false. */
  listsOtherNames?: true;
  /** The tag that a model name without one implies, as Ollama's `latest`. Default: none is implied. */
  impliedTag?: string;
  /**
   * The program that serves the models, which then tells more of them than `/models` does. `any`: it is recognised
   * by its list. Default: a service that needs no such questions.
   */
  server?: ServerId | 'any';
  /** The command that starts it, for servers on the user's own machine. */
  startCommand?: string;
  /** A model to begin with, when the user names none. */
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
  /** What is spoken to its models unless a rule or the user says otherwise: `responses` only where that is better for Codex. */
  wire: Wire;
  /** `/responses` is appended. Default: the base URL of Chat Completions. */
  baseUrl?: string;
  profile: NativeProfile;
  /** Models that differ. All that match are merged over the profile, in order. */
  models?: readonly NativeRule[];
  /** Where that was read, and on which day, `YYYY-MM-DD`. */
  source: string;
  checked: string;
}

export interface NativeRule {
  /** As of `ModelRule`. */
  match: readonly string[];
  wire?: Wire;
  profile?: DeepPartial<NativeProfile>;
}

/** A difference that models of one kind have, at one provider or wherever they are served. */
export interface ModelRule {
  /** Globs over the upstream's model name, case ignored; `*` stands for any characters. */
  match: readonly string[];
  profile: DeepPartial<Profile>;
}

/** Objects merge, but for those that are one choice (`effortFields`, `webSearch`); lists and everything else replace. */
export type DeepPartial<T> = {
  [K in keyof T]?: T[K] extends readonly unknown[] ? T[K] : T[K] extends object ? DeepPartial<T[K]> : T[K];
};
