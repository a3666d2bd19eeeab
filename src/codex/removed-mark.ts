/**
 * What stays in a profile that is not only ours when the relay is removed. Codex writes to the profile, too (its
 * notices, trusted folders), and a profile without a provider silently uses the one in `config.toml`: whoever types
 * `codex -p codex-relay` would talk to the wrong provider. If the provider is undefined, Codex says so and ends: "Model
 * provider `codex-relay` not found" (0.145 to 0.171).
 */
import { PROVIDER_ID } from '../names.ts';
import { usesRelay } from './config-edit.ts';
import { keyLine } from './relay-keys.ts';
import { parseToml, TomlDocument } from './toml-document.ts';

const NOTE =
  '# Codex Relay was taken out. Delete this file, or the next line, if codex -p codex-relay may use another provider.';
const LINE = keyLine('model_provider', PROVIDER_ID);

/** The profile with the mark at its top; a profile that names a provider needs none. @throws TomlFileError */
export function markRemoved(profile: string): string {
  if (parseToml(profile)['model_provider'] !== undefined) return profile;
  const document = new TomlDocument(profile);
  document.insert(0, [NOTE, LINE]);
  return document.text;
}

/** Whether the configuration makes the relay Codex's provider by more than the mark. @throws TomlFileError */
export function isSetUp(text: string): boolean {
  return usesRelay(withoutMark(text));
}

/** The profile without the mark. @throws TomlFileError */
export function withoutMark(profile: string): string {
  const document = new TomlDocument(profile);
  const note = document.commentLines().find((line) => document.line(line) === NOTE);
  if (note === undefined) return profile;
  document.remove(note, document.line(note + 1) === LINE ? note + 1 : note);
  return document.text;
}
