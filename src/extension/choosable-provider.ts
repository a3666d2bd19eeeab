/** The providers that can be chosen: the shipped presets and the user's own endpoints, in one shape. */
import { isLoopbackHost } from '../loopback.ts';
import type { Preset } from '../providers/preset.ts';
import type { ExtensionSettings } from './settings.ts';

/** The dialect of an unknown endpoint: a preset without an address. */
export const GENERIC_DIALECT = 'openai-compatible';

/** A provider as pickers, keys and plans know it. */
export interface ChoosableProvider {
  id: string;
  name: string;
  baseUrl: string;
  /** Preset id whose dialect it speaks. */
  preset: string;
  needsKey: boolean;
  /** Where a person gets a key. */
  keyUrl?: string;
  /** The environment variable in which people keep its key; never one of a provider on another host. */
  keyVariable?: string;
  /** The command that starts its server on this machine. */
  startCommand?: string;
  /** Words that people may search for. */
  keywords?: readonly string[];
  /** Set if its keys belong to a subscription. */
  isPlan?: true;
  /** Set if its address is not on a network: only VS Code reaches it. */
  onlyIn?: 'vscode';
  /** The model to use until another is chosen. */
  defaultModel?: string;
  custom: boolean;
}

/** Every provider, presets in their own order, then the user's. A preset without an address is only a dialect. */
export function choosableProviders(
  presets: readonly Preset[],
  settings: ExtensionSettings,
): ChoosableProvider[] {
  const byId = new Map(presets.map((preset) => [preset.profile.id, preset]));
  const own = settings.customProviders
    .filter(({ id }) => !byId.has(id))
    .map(({ dialect = GENERIC_DIALECT, ...provider }): ChoosableProvider => {
      const preset = byId.get(dialect);
      return {
        ...provider,
        preset: preset?.profile.id ?? GENERIC_DIALECT,
        custom: true,
        ...(preset?.startCommand === undefined ? {} : { startCommand: preset.startCommand }),
      };
    });
  return [...presets.flatMap(shippedProvider), ...own];
}

function shippedProvider(preset: Preset): ChoosableProvider[] {
  const { profile, baseUrl, needsKey, keyUrl, keyVariable, startCommand, defaultModel } = preset;
  const { keywords, isPlan, onlyIn } = preset;
  if (baseUrl === undefined) return [];
  const { id, name } = profile;
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
      ...(startCommand === undefined ? {} : { startCommand }),
      ...(defaultModel === undefined ? {} : { defaultModel }),
      ...(keywords === undefined ? {} : { keywords }),
      ...(isPlan === undefined ? {} : { isPlan }),
      ...(onlyIn === undefined ? {} : { onlyIn }),
    },
  ];
}

/** The provider named in a report: by id or, for a custom one, by name. */
export function providerByLabel(
  providers: readonly ChoosableProvider[],
  label: string,
): ChoosableProvider | undefined {
  return providers.find(({ id }) => id === label) ?? providers.find(({ name }) => name === label);
}

/** A unique id for a custom provider's name. */
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
  return new URL(baseUrl).protocol === 'http:' && !isOnThisMachine(baseUrl);
}

/** Whether the address is on loopback. */
export function isOnThisMachine(baseUrl: string): boolean {
  return isLoopbackHost(new URL(baseUrl).hostname);
}
