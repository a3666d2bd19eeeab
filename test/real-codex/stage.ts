/** A relay between scripted providers and a real Codex, whose home holds the generated configuration. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { catalogUpstream } from '../../src/codex/catalog-rows.ts';
import { applyChanges } from '../../src/codex/home/codex-files.ts';
import { prepareConfig } from '../../src/codex/home/configure.ts';
import { type RelayHandle, type RelayOptions, start } from '../../src/index.ts';
import { SILENT_LOGGER } from '../../src/logger.ts';
import type { ChatFunctionTool, ChatRequest } from '../../src/wire/chat.ts';
import {
  type OtherRoutes,
  type ReceivedChat,
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../support/scripted-upstream.ts';
import {
  type CodexPlace,
  type CodexResult,
  type CodexSettings,
  createPlace,
  mcpTables,
  runCodex,
} from './codex.ts';
import { startTap } from './tap.ts';

/** Only Codex and the relay know it. */
export const TOKEN = 'local-token-of-the-tests';

/** As root in a container Codex's own sandbox cannot start; the workspace holds nothing but the scene's files. */
export const EXEC = ['--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];

/** An id, or an entry of the list as a provider writes it. */
type ScriptedModel = string | { id: string; [field: string]: unknown };

export interface ScriptedProvider {
  script: Script;
  /** What it lists; the first is the chosen one. */
  models: readonly [ScriptedModel, ...ScriptedModel[]];
  /** Answers beside chat, before the list of `models`. Default none. */
  routes?: OtherRoutes;
  /** Preset id. Default: none, so that it is an endpoint of the user's own. */
  preset?: string;
}

export interface StageOptions {
  executable: string;
  /** By the id before their models' names; the first is the active one. */
  providers: Readonly<Record<string, ScriptedProvider>>;
  /** More options of the relay. */
  relay?: RelayOptions;
  /** `config.toml` before ours is written into it. Default empty. */
  config?: string;
  /** stdio MCP servers: name -> command line. */
  mcpServers?: CodexSettings['mcpServers'];
  /** Hears what the relay says to Codex, piece by piece. */
  hear?: (text: string) => void;
  /** Whether `config.toml` itself is edited, or a profile is written. Default true. */
  makeDefault?: boolean;
}

export interface Stage extends AsyncDisposable {
  executable: string;
  relay: RelayHandle;
  /** Where Codex finds the relay. */
  port: number;
  place: CodexPlace;
  /** What each provider got, by id. */
  chatsOf(id: string): readonly ReceivedChat[];
  upstream(id: string): ScriptedUpstream;
  /** The warnings and errors that the relay logged. */
  warnings: readonly string[];
  /** Writes configuration and catalog as the hosts do; it has been done once already. */
  writeConfiguration(options?: { executable?: string }): Promise<void>;
  codex(...args: string[]): Promise<CodexResult>;
}

export async function setStage(options: StageOptions): Promise<Stage> {
  await using stack = new AsyncDisposableStack();
  const upstreams = new Map<string, ScriptedUpstream>();
  for (const [id, { script, models, routes }] of Object.entries(options.providers)) {
    const upstream = await startScriptedUpstream(script, models, routes);
    stack.defer(() => upstream.stop());
    upstreams.set(id, upstream);
  }
  const upstream = (id: string): ScriptedUpstream => {
    const found = upstreams.get(id);
    if (found === undefined) throw new Error(`there is no provider ${id} in this scene`);
    return found;
  };
  const warnings: string[] = [];
  const relay = await startKnowing(options, (id) => upstream(id).url, warnings);
  stack.defer(() => relay.stop());
  const tap = options.hear === undefined ? undefined : stack.use(await startTap(relay.port, options.hear));
  const place = await createPlace({ baseUrl: relay.url, token: '' });
  stack.defer(() => place.remove());
  await rm(join(place.home, 'catalog.json'));
  const config = [options.config ?? '', ...mcpTables(options.mcpServers ?? {})].join('\n');
  await writeFile(join(place.home, 'config.toml'), config);
  const { executable, makeDefault = true } = options;
  const webSocket = options.relay?.webSocket ?? false;
  const stage = { executable, relay, place, port: tap?.port ?? relay.port, webSocket };
  await writeConfiguration(stage, makeDefault);
  const cleanup = stack.move();
  return {
    ...stage,
    chatsOf: (id) => upstream(id).chats,
    upstream,
    warnings,
    writeConfiguration: (other) => writeConfiguration({ ...stage, ...other }, makeDefault),
    codex: (...args) => runCodex({ executable, place, token: '', args }),
    async [Symbol.asyncDispose]() {
      await cleanup.disposeAsync();
      const unknown = warnings.filter((line) => line.includes('which this relay does not know'));
      assert.deepEqual(unknown, [], 'all that this Codex sends is known');
    },
  };
}

/** A relay that has learned what its upstreams list. */
async function startKnowing(
  { providers, relay: more }: StageOptions,
  urlOf: (id: string) => string,
  warnings: string[],
): Promise<RelayHandle> {
  const upstreams = Object.entries(providers).map(
    ([
      id,
      {
        models: [chosen],
        preset,
      },
    ]) => ({
      id,
      name: id,
      upstream: urlOf(id),
      apiKey: keyOf(id),
      model: typeof chosen === 'string' ? chosen : chosen.id,
      provider: preset ?? 'openai-compatible',
    }),
  );
  const { promise: known, resolve } = Promise.withResolvers<void>();
  let relay: RelayHandle | undefined;
  const look = () => {
    if (relay?.catalog().every(({ listed }) => listed !== undefined)) resolve();
  };
  const say = (message: string) => void warnings.push(message);
  const logger = { ...SILENT_LOGGER, error: say, warn: say };
  relay = await start({ port: 0, token: TOKEN, upstreams, logger, onModels: look, ...more });
  look();
  await known;
  return relay;
}

/** The key that only the relay and this provider know. */
export function keyOf(id: string): string {
  return `key-of-${id}`;
}

async function writeConfiguration(
  {
    executable,
    relay,
    place,
    port,
    webSocket,
  }: Pick<Stage, 'executable' | 'relay' | 'place' | 'port'> & { webSocket: boolean },
  makeDefault: boolean,
): Promise<void> {
  const { PATH = '' } = process.env;
  const environment = {
    PATH: `${dirname(executable)}${delimiter}${PATH}`,
    HOME: place.root,
    TMPDIR: place.temp,
  };
  const [active, ...others] = relay.catalog().map(catalogUpstream);
  if (active === undefined) throw new Error('the relay serves nothing');
  const models = { ...active, others };
  const input = { home: place.home, environment, models };
  const { changes } = await prepareConfig(input, {
    config: { port, token: TOKEN, webSocket },
    makeDefault,
  });
  await applyChanges(place.home, changes);
}

/** The names of the tools that a request offers. */
export function toolNames(request: ChatRequest | undefined): string[] {
  return ((request?.tools ?? []) as ChatFunctionTool[]).map((tool) => tool.function.name);
}
