/**
 * What is loaded only when Codex's files are read or written (dist/codex.cjs): their formats and the facts about
 * models. This keeps the rest of the extension small, so that activation is cheap.
 */

export { type CatalogUpstream, catalogUpstream } from '../../codex/catalog-rows.ts';
export { relayProvider, usesRelay } from '../../codex/config-edit.ts';
export { CodexConfigError } from '../../codex/errors.ts';
export { isDefault } from '../../codex/give-back.ts';
export { tidyBackups } from '../../codex/home/backups.ts';
export { applyChanges, readCodexFiles } from '../../codex/home/codex-files.ts';
export { codexHome } from '../../codex/home/codex-home.ts';
export { type PreparedConfig, prepareConfig } from '../../codex/home/configure.ts';
export { giveBack, takeAgain } from '../../codex/home/give-back.ts';
export { isCodexInstalled } from '../../codex/home/installed-codex.ts';
export { readNativeEntries } from '../../codex/home/native-file.ts';
export { refreshCatalog } from '../../codex/home/refresh-catalog.ts';
export type { Trap } from '../../codex/legacy-traps.ts';
export { namedRelays } from '../../codex/named-relays.ts';
export { howToOverride } from '../../codex/overrides.ts';
export { CONFIG_FILE, type CodexTexts, type FileChange, inFile, planRemoval } from '../../codex/plan.ts';
export { PROFILE_FILE, relayPort } from '../../codex/relay-keys.ts';
export { examine } from '../../doctor/examine.ts';
export { CATALOG_FILE } from '../../names.ts';
export { shippedFacts, shippedModels } from '../../providers/model-facts.ts';
