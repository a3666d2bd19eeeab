/** The generated configuration, read by the real Codex: no warning, right window, right tools. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { before, describe, it } from 'mocha';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import { applyChanges, readCodexFiles } from '../../src/codex/home/codex-files.ts';
import { prepareConfig } from '../../src/codex/home/configure.ts';
import { DEFAULT_INSTRUCTIONS } from '../../src/codex/instructions.ts';
import { planRemoval } from '../../src/codex/plan.ts';
import { type RelayHandle, start } from '../../src/index.ts';
import type { ListedModel } from '../../src/providers/model-list.ts';
import { openaiCompatible } from '../../src/providers/presets/openai-compatible.ts';
import type { ChatFunctionTool, ChatRequest } from '../../src/wire/chat.ts';
import { killLeftovers, runCli, startRelayCli } from '../support/cli-process.ts';
import {
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { type CodexPlace, type CodexResult, createPlace, runCodex } from './codex.ts';
import { installCodex } from './install.ts';

const TOKEN = 'local-token-of-the-tests';
const MODEL: ListedModel = {
  id: 'scripted-model',
  name: 'Scripted',
  contextWindow: 50_000,
  efforts: ['low', 'high'],
};

/** The newest release, and three that differ: strict-config and doctor came by 0.145, profile files in 0.134. */
const RELEASES = [
  { release: '0.169.0', hasProfileFile: true, isStrict: true },
  { release: '0.160.0', hasProfileFile: true, isStrict: true },
  { release: '0.145.0', hasProfileFile: true, isStrict: true },
  { release: '0.130.0', hasProfileFile: false, isStrict: false },
];

interface Stage {
  upstream: ScriptedUpstream;
  relay: RelayHandle;
  place: CodexPlace;
  executable: string;
}

/** A relay between a scripted provider and a Codex whose home holds `config` and what we write into it. */
async function withStage(
  {
    executable,
    script,
    config = '',
    makeDefault,
  }: {
    executable: string;
    script: Script;
    config?: string;
    makeDefault: boolean;
  },
  use: (stage: Stage) => Promise<void>,
): Promise<void> {
  await using cleanup = new AsyncDisposableStack();
  const upstream = await startScriptedUpstream(script);
  cleanup.defer(() => upstream.stop());
  const relay = await start({ port: 0, upstream: upstream.url, model: MODEL.id, token: TOKEN });
  cleanup.defer(() => relay.stop());
  const place = await createPlace({ baseUrl: relay.url, token: '' });
  cleanup.defer(() => place.remove());
  await rm(join(place.home, 'catalog.json'));
  await writeFile(join(place.home, 'config.toml'), config);
  await writeConfiguration({ place, executable }, relay.port, makeDefault);
  await use({ upstream, relay, place, executable });
}

async function writeConfiguration(
  { place, executable }: Pick<Stage, 'place' | 'executable'>,
  port: number,
  makeDefault: boolean,
): Promise<void> {
  const { PATH = '' } = process.env;
  const environment = {
    PATH: `${dirname(executable)}${delimiter}${PATH}`,
    HOME: place.root,
    TMPDIR: place.temp,
  };
  const models = { preset: openaiCompatible, selected: MODEL.id, listed: [MODEL] };
  const input = { home: place.home, environment, models };
  const { changes } = await prepareConfig(input, { config: { port, token: TOKEN }, makeDefault });
  await applyChanges(place.home, changes);
}

function codex({ executable, place }: Stage, ...args: string[]): Promise<CodexResult> {
  return runCodex({ executable, place, token: '', args });
}

/** Lines that a person would read as a complaint; a missing bubblewrap is the machine's own business. */
function complaints({ stdout, stderr }: CodexResult): string[] {
  const lines = `${stdout}\n${stderr}`.split('\n');
  return lines.filter(
    (line) => /warning|error|not found|ignor|deprecat/i.test(line) && !/bubblewrap/.test(line),
  );
}

function toolNames(request: ChatRequest | undefined): string[] {
  return ((request?.tools ?? []) as ChatFunctionTool[]).map((tool) => tool.function.name);
}

function systemPrompt(request: ChatRequest | undefined): string {
  const content = request?.messages[0]?.content;
  return typeof content === 'string' ? content : JSON.stringify(content);
}

for (const { release, hasProfileFile, isStrict } of RELEASES) {
  describe(`the generated configuration in the real Codex ${release}`, () => {
    let executable = '';
    before(async function () {
      this.timeout(600_000); // the first run downloads the release
      executable = await installCodex(release);
    });
    const strict = isStrict ? ['--strict-config'] : [];
    const hello = [...strict, '--skip-git-repo-check', '-c', 'model_reasoning_effort="high"', 'hello'];
    const script = [streamReply(textChunks('Hello!'), usageChunk(10, 1))];

    for (const makeDefault of hasProfileFile ? [false, true] : [true]) {
      const mode = makeDefault ? [] : ['-p', 'codex-relay'];
      it(`${makeDefault ? 'as default' : 'as profile'}: no warning, apply_patch and effort offered`, async () => {
        await withStage({ executable, script, makeDefault }, async (stage) => {
          const result = await codex(stage, ...mode, 'exec', ...hello);
          assert.deepEqual([result.exitCode, complaints(result)], [0, []], result.stderr);
          assert.match(result.stdout, /Hello!/);
          const [request] = stage.upstream.chats.map(({ body }) => body);
          assert.deepEqual([request?.model, request?.['reasoning_effort']], [MODEL.id, 'high']);
          const tools = toolNames(request);
          assert.ok(tools.includes('apply_patch') && tools.includes('exec_command'), tools.join());
          assert.match(systemPrompt(request), /^You are a coding agent running in the Codex CLI/);
          assert.doesNotMatch(systemPrompt(request), /\{"command":/);
        });
      });
    }

    it('accepts the catalog, and shows its models', async () => {
      await withStage({ executable, script, makeDefault: true }, async (stage) => {
        const { exitCode, stdout, stderr } = await codex(stage, 'debug', 'models');
        assert.equal(exitCode, 0, stderr);
        const { models } = JSON.parse(stdout) as { models: { slug: string; context_window: number }[] };
        assert.deepEqual(
          models.map(({ slug, context_window }) => [slug, context_window]),
          [
            ['codex-relay', 50_000],
            ['scripted-model', 50_000],
          ],
        );
      });
    });

    it('knows the window: the meter shows it, and the context is compacted within it', async () => {
      const call = { id: 'call_1', name: 'exec_command', arguments: { cmd: 'echo hi' } };
      const long = [
        streamReply(toolCallChunks(call), usageChunk(46_000, 100)),
        streamReply(textChunks('The story so far.'), usageChunk(100, 10)),
        streamReply(textChunks('Done.'), usageChunk(200, 10)),
      ];
      await withStage({ executable, script: long, makeDefault: true }, async (stage) => {
        const result = await codex(stage, 'exec', '--skip-git-repo-check', 'Say hi with echo');
        assert.equal(result.exitCode, 0, result.stderr);
        const asked = stage.upstream.chats.map(({ text }) => /CONTEXT CHECKPOINT COMPACTION/.test(text));
        assert.deepEqual(asked.slice(0, 3), [false, true, false]);
        // 95 % of the window, as the meter counts.
        assert.match(sessionOf(stage.place), /"model_context_window":47500\b/);
      });
    });
  });
}

describe('the generated configuration in the real Codex', () => {
  const [{ release } = { release: '' }] = RELEASES;
  let executable = '';
  before(async function () {
    this.timeout(600_000);
    executable = await installCodex(release);
  });
  after(killLeftovers);

  it('`codex doctor` is content', async () => {
    const config = 'check_for_update_on_startup = false\n';
    await withStage({ executable, script: [], config, makeDefault: true }, async (stage) => {
      const { exitCode, stdout } = await codex(stage, 'doctor', '--json', '--network-only');
      const { checks } = JSON.parse(stdout) as {
        checks: Record<string, { status: string; summary: string }>;
      };
      const unhappy = Object.entries(checks).filter(([, { status }]) => status !== 'ok');
      assert.deepEqual([exitCode, unhappy], [0, []]);
      assert.ok('config.load' in checks, Object.keys(checks).join());
    });
  });

  it('reads every file of the corpus after our edit', async () => {
    const corpus = join(import.meta.dirname, '../codex/corpus');
    // Traps that stop Codex are there on purpose.
    const names = readdirSync(corpus).filter((name) => name.endsWith('.toml') && name !== 'legacy.toml');
    assert.ok(names.length > 10);
    await withStage({ executable, script: [], makeDefault: true }, async (stage) => {
      for (const name of names) {
        const text = readFileSync(join(corpus, name), 'utf8');
        await writeFile(
          join(stage.place.home, 'config.toml'),
          addRelayKeys(text, { port: stage.relay.port, token: TOKEN }),
        );
        const { exitCode, stdout, stderr } = await codex(stage, 'debug', 'models');
        assert.equal(exitCode, 0, `${name}: ${stderr}`);
        assert.match(stdout, /"slug":"codex-relay"/, name);
      }
    });
  });

  it('gets the same from GET /v1/models where there is no catalog and Codex asks', async () => {
    const script = [streamReply(textChunks('Hello!'), usageChunk(10, 1))];
    await withStage({ executable, script, makeDefault: false }, async (stage) => {
      const { home } = stage.place;
      await writeFile(join(home, 'config.toml'), configThatAsks(stage.relay));
      const result = await codex(stage, 'exec', '--skip-git-repo-check', 'hello');
      assert.deepEqual([result.exitCode, complaints(result)], [0, []], result.stderr);
      assert.ok(stage.upstream.modelRequests > 0);
      assert.ok(toolNames(stage.upstream.chats[0]?.body).includes('apply_patch'));
    });
  });

  it('is what a new user gets from the command line: --write-config, then codex -p codex-relay', async () => {
    const { cli, url } = await startRelayCli(['--demo']);
    const place = await createPlace({ baseUrl: url, token: '' });
    try {
      for (const file of ['config.toml', 'catalog.json']) await rm(join(place.home, file));
      const { PATH = '' } = process.env;
      const environment = { PATH: `${dirname(executable)}${delimiter}${PATH}`, CODEX_HOME: place.home };
      const flags = ['--demo', '--port', new URL(url).port];
      const written = await runCli(['--write-config', '--yes', ...flags], { environment });
      assert.equal(written.code, 0, written.stderr);

      const args = ['-p', 'codex-relay', 'exec', '--strict-config', '--skip-git-repo-check', 'Say hello'];
      const result = await runCodex({ executable, place, token: '', args });
      assert.deepEqual([result.exitCode, complaints(result)], [0, []], result.stderr);
      assert.match(result.stdout, /a scripted demo, not a model/);

      const examined = await runCli(['doctor', ...flags], { environment });
      assert.equal(examined.code, 0, examined.stdout);
      assert.match(examined.stdout, new RegExp(`^ok +codex +Codex ${release}$`, 'm'));
      assert.match(examined.stdout, /^ok +config load +Codex reads configuration and catalog$/m);
      assert.match(examined.stdout, /^ok +tool call /m);

      // The doctor says what Codex says.
      await writeFile(join(place.home, 'codex-relay.models.json'), '{"models":[{}]}');
      const broken = await runCli(['doctor', ...flags], { environment });
      assert.equal(broken.code, 1);
      assert.match(broken.stdout, /^FAIL +config load +Codex does not start: .*missing field/m);
    } finally {
      await place.remove();
      cli.signal('SIGTERM');
      await cli.ended;
    }
  });

  it('works with our own instructions where no Codex can be asked', async () => {
    const script = [streamReply(textChunks('Hello!'), usageChunk(10, 1))];
    await withStage({ executable, script, makeDefault: true }, async (stage) => {
      await writeConfiguration({ place: stage.place, executable: '/nowhere/codex' }, stage.relay.port, true);
      const result = await codex(stage, 'exec', '--skip-git-repo-check', 'hello');
      assert.deepEqual([result.exitCode, complaints(result)], [0, []]);
      assert.ok(systemPrompt(stage.upstream.chats[0]?.body).startsWith(DEFAULT_INSTRUCTIONS));
    });
  });

  it('starts as before when the configuration is taken out again', async () => {
    const config = '# mine\nmodel = "gpt-5.5" # fav\n';
    await withStage({ executable, script: [], config, makeDefault: true }, async (stage) => {
      await applyChanges(stage.place.home, planRemoval(await readCodexFiles(stage.place.home)).changes);
      assert.equal(readFileSync(join(stage.place.home, 'config.toml'), 'utf8'), config);
      const { exitCode, stdout } = await codex(stage, 'debug', 'models');
      assert.equal(exitCode, 0);
      assert.doesNotMatch(stdout, /codex-relay/);
    });
  });
});

/** Codex asks for models where the provider has a command for its token, and no catalog is named. */
function configThatAsks({ url }: RelayHandle): string {
  return [
    'model = "codex-relay"',
    'model_provider = "codex-relay"',
    '[model_providers.codex-relay]',
    'name = "Codex Relay"',
    `base_url = "${url}/v1"`,
    'wire_api = "responses"',
    '[model_providers.codex-relay.auth]',
    `command = ${JSON.stringify(process.execPath)}`,
    `args = ["-e", "process.stdout.write('${TOKEN}')"]`,
    '',
  ].join('\n');
}

/** The text of the only session that Codex recorded. */
function sessionOf({ home }: CodexPlace): string {
  const files = readdirSync(join(home, 'sessions'), { recursive: true, encoding: 'utf8' });
  const [session, ...more] = files.filter((file) => file.endsWith('.jsonl'));
  assert.ok(session !== undefined && more.length === 0, files.join());
  return readFileSync(join(home, 'sessions', session), 'utf8');
}
