/** The providers that can be chosen: the shipped presets and the user's own endpoints, in one shape. */
import type { Preset } from '../providers/preset.ts';
import type { ExtensionSettings } from './settings.ts';

/** The dialect of an endpoint about which nothing else is known: a preset without an address. */
export const GENERIC_DIALECT = 'openai-compatible';

export interface ChoosableProvider {
  id: string;
  name: string;
  baseUrl: string;
  /** Preset id whose dialect it speaks. */
  preset: string;
  needsKey: boolean;
  /** Where a person gets a key. */
  keyUrl?: string;
  /** The environment variable in which people keep its key; never that of another host's provider. */
  keyVariable?: string;
  /** The model that is used until another is chosen. */
  defaultModel?: string;
  custom: boolean;
}

/** Every provider, presets in their own order, then the user's. A preset without an address is only a dialect. */
export function choosableProviders(
  presets: readonly Preset[],
  settings: ExtensionSettings,
): ChoosableProvider[] {
  const dialects = new Set(presets.map(({ profile }) => profile.id));
  const shipped = presets.flatMap(
    ({
      profile: { id, name },
      baseUrl,
      needsKey,
      keyUrl,
      keyVariable,
      defaultModel,
    }): ChoosableProvider[] => {
      if (baseUrl === undefined) return [];
      return [
        {
          id,
          name,
          baseUrl,
          preset: id,
          needsKey,
          custom: false,
          ...(keyUrl === undefined ? {} : { keyUrl }),
          ...(keyVariable === undefined ? {} : { keyVariable }),
          ...(defaultModel === undefined ? {} : { defaultModel }),
        },
      ];
    },
  );
  const own = settings.customProviders
    .filter(({ id }) => !dialects.has(id))
    .map(
      ({ dialect, ...provider }): ChoosableProvider => ({
        ...provider,
        preset: dialect !== undefined && dialects.has(dialect) ? dialect : GENERIC_DIALECT,
        custom: true,
      }),
    );
  return [...shipped, ...own];
}

/** An id for a custom provider's name that no other provider has. */
export function freeProviderId(name: string, taken: readonly string[]): string {
  const base =
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 36) || 'custom';
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.includes(id)) return id;
  }
}

/** Whether a key would cross a network unencrypted. */
export function isUnencrypted(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  const loopback = hostname === 'localhost' || hostname === '[::1]' || hostname.startsWith('127.');
  return protocol === 'http:' && !loopback;
}
