/** Runs the real `codex exec` in a home and a workspace of its own, against a relay on this machine. */
import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { codexCache } from './install.ts';

/** The model that the scenes' configuration names. */
export const SCENE_MODEL = 'scripted-model';

/** A throw-away place for one scene. */
export interface CodexPlace {
  /** Holds all the others. */
  root: string;
  /** `CODEX_HOME`: configuration, catalog and sessions. */
  home: string;
  /** The folder that Codex works in; no git repository. */
  workspace: string;
  /** The system's temp folder, as Codex sees it. */
  temp: string;
  remove(): Promise<void>;
}

export interface CodexSettings {
  /** Base URL of the relay, with `/v1`. */
  baseUrl: string;
  /** The relay's local token, sent as the bearer. */
  token: string;
  /** Whether Codex is told to keep a WebSocket open. Default false. */
  webSocket?: boolean;
  /** Fields over those of the catalog's one entry. Default none. */
  entryFields?: object;
  /** stdio MCP servers: name -> command line. */
  mcpServers?: Readonly<Record<string, readonly [command: string, ...args: string[]]>>;
}

export interface CodexRun {
  executable: string;
  place: CodexPlace;
  token: string;
  /** Arguments after `codex`, e.g. `['exec', '--json', '--', 'Say hello']`. */
  args: readonly string[];
  /** Codex is killed after this time. Default 60,000. */
  timeLimitMs?: number;
}

export interface CodexResult {
  /** Null when Codex was killed at its time limit. */
  exitCode: number | null;
  stdout: string;
  stderr: string;
  /** The lines of `--json`; empty without it. */
  events: CodexEvent[];
}

/** One line of `codex exec --json`; only what the scenes read is named. */
export interface CodexEvent {
  type: string;
  message?: string;
  error?: { message?: string };
  item?: { type: string; [field: string]: unknown };
  usage?: Record<string, number>;
}

const TOKEN_VARIABLE = 'CODEX_RELAY_TOKEN';

export async function createPlace(settings: CodexSettings): Promise<CodexPlace> {
  await mkdir(codexCache(), { recursive: true });
  const root = await mkdtemp(join(codexCache(), 'run-'));
  const [home, workspace, temp] = [join(root, 'home'), join(root, 'workspace'), join(root, 'temp')];
  for (const folder of [home, workspace, temp]) await mkdir(folder);
  await writeFile(join(home, 'config.toml'), configToml(settings));
  await writeFile(
    join(home, 'catalog.json'),
    JSON.stringify({ models: [{ ...CATALOG_ENTRY, ...settings.entryFields }] }),
  );
  const remove = () => rm(root, { recursive: true, force: true, maxRetries: 3 });
  return { root, home, workspace, temp, remove };
}

/** Never rejects because of what Codex does: see exit code, output and events. */
export function runCodex({
  executable,
  place,
  token,
  args,
  timeLimitMs = 60_000,
}: CodexRun): Promise<CodexResult> {
  const child = spawn(executable, args, {
    cwd: place.workspace,
    env: environment(place, token),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), timeLimitMs);
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode) => {
      clearTimeout(limit);
      resolve({ exitCode, ...output, events: isJsonExec(args) ? parseEvents(output.stdout) : [] });
    });
  });
}

/** `--json` of other commands means one JSON document. */
function isJsonExec(args: readonly string[]): boolean {
  return args.includes('exec') && args.includes('--json');
}

/** Codex gets little of our own environment: no key, no proxy, none of the tester's configuration. */
export function environment({ root, home, temp }: CodexPlace, token: string): NodeJS.ProcessEnv {
  const { PATH, SystemRoot, ComSpec } = process.env;
  return {
    ...Object.fromEntries(Object.entries({ PATH, SystemRoot, ComSpec }).filter(([, value]) => value)),
    HOME: root,
    USERPROFILE: root,
    CODEX_HOME: home,
    // Codex warns if its home is below the temp folder, as it is if the cache is in /tmp.
    TMPDIR: temp,
    TEMP: temp,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    [TOKEN_VARIABLE]: token,
  };
}

function parseEvents(stdout: string): CodexEvent[] {
  const lines = stdout.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as CodexEvent);
}

/** Lines of TOML. */
export function mcpTables(servers: NonNullable<CodexSettings['mcpServers']>): string[] {
  return Object.entries(servers).flatMap(([name, [command, ...args]]) => [
    `[mcp_servers.${name}]`,
    `command = ${JSON.stringify(command)}`,
    `args = ${JSON.stringify(args)}`,
  ]);
}

function configToml({ baseUrl, webSocket = false, mcpServers = {} }: CodexSettings): string {
  return [
    `model = "${SCENE_MODEL}"`,
    'model_provider = "codex-relay"',
    'model_catalog_json = "catalog.json"',
    'check_for_update_on_startup = false',
    '[model_providers.codex-relay]',
    'name = "Codex Relay"',
    `base_url = "${baseUrl}"`,
    'wire_api = "responses"',
    `env_key = "${TOKEN_VARIABLE}"`,
    `supports_websockets = ${webSocket}`,
    ...mcpTables(mcpServers),
    '',
  ].join('\n');
}

/** The fields that 0.169.0 requires, and the two `supports_*` keys that releases before 0.150 require too. */
const CATALOG_ENTRY = {
  slug: SCENE_MODEL,
  display_name: 'Scripted Model',
  description: 'A script that answers like a model',
  base_instructions: 'You are a coding agent running in Codex. Use the tools, then report what you did.',
  supported_reasoning_levels: [{ effort: 'medium', description: 'Some thinking' }],
  default_reasoning_level: 'medium',
  default_reasoning_summary: 'auto',
  shell_type: 'unified_exec',
  visibility: 'list',
  supported_in_api: true,
  priority: 1,
  support_verbosity: false,
  supports_reasoning_summaries: true,
  supports_parallel_tool_calls: true,
  apply_patch_tool_type: 'freeform',
  truncation_policy: { mode: 'tokens', limit: 10_000 },
  context_window: 131_072,
  max_context_window: 131_072,
  input_modalities: ['text', 'image'],
  experimental_supported_tools: [],
};
