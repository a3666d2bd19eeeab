/**
 * What the settings of a workspace choose: a provider and models for the Codex that is started in it. A repository can
 * bring such settings along, so they can only choose from what the user has set up, and never an address or a key.
 */
import { asObject } from '../json.ts';
import type { UnusableName } from './stand-ins.ts';

/** Settings that a workspace may override for its own Codex; the user's values apply to everything else. */
export const WORKSPACE_SETTINGS: readonly string[] = ['provider', 'models'];

/** What Codex is started with in this workspace. */
export interface WorkspaceChoice {
  /** Id of a provider. */
  provider: string;
  model: string;
}

/** What the user has. */
export interface UserSide {
  /** Id of the provider that the user chose; empty: none. */
  provider: string;
  /** Ids of the providers that the user has set up: with a key, or needing none. */
  configured: readonly string[];
  /** The model that the user chose for a provider, or else its default. */
  modelOf: (provider: string) => string | undefined;
}

/** Allowed names of models. They become part of a command line, and must have no special meaning there. */
const MODEL_NAME = /^[A-Za-z0-9@][\w.:@/+-]{0,199}$/;

/** @param written what the workspace says, of any type; undefined if it says nothing */
export function workspaceChoice(
  written: { provider: unknown; models: unknown },
  { provider: usersProvider, configured, modelOf }: UserSide,
): { choice: WorkspaceChoice | undefined; unusable: UnusableName[] } {
  const unusable: UnusableName[] = [];
  const models = new Map<string, string>();
  for (const [id, model] of Object.entries(asObject(written.models) ?? {})) {
    if (!configured.includes(id)) unusable.push({ setting: 'models', value: id, reason: 'not-configured' });
    else if (typeof model === 'string' && MODEL_NAME.test(model)) models.set(id, model);
    else unusable.push({ setting: `models.${id}`, value: String(model), reason: 'no-model-name' });
  }
  const named = typeof written.provider === 'string' ? written.provider.trim() : '';
  const isMeant = named !== '' && configured.includes(named);
  if (named !== '' && !isMeant)
    unusable.push({ setting: 'provider', value: named, reason: 'not-configured' });
  const provider = isMeant ? named : usersProvider;
  const model = models.get(provider) ?? modelOf(provider);
  const isOwn = isMeant || models.has(provider);
  // Even the user's own model name may be unfit for a command line.
  const isWord = model !== undefined && MODEL_NAME.test(model);
  return { choice: isOwn && isWord ? { provider, model } : undefined, unusable };
}
