/** The generated configuration, read by the real Codex: no warning, right window, right tools. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { addRelayKeys } from '../../src/codex/config-edit.ts';
import { applyChanges, readCodexFiles } from '../../src/codex/home/codex-files.ts';
import { DEFAULT_INSTRUCTIONS } from '../../src/codex/instructions.ts';
import { planRemoval } from '../../src/codex/plan.ts';
import type { RelayHandle } from '../../src/index.ts';
import type { ChatRequest } from '../../src/wire/chat.ts';
import { killLeftovers, runCli, startRelayCli } from '../support/cli-process.ts';
import {
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { type CodexPlace, createPlace, runCodex } from './codex.ts';
import { NEWEST } from './install.ts';
import { complaints } from './reading.ts';
import { DEBUG_MODELS, describeReleases, isOlder } from './releases.ts';
import { type Stage, setStage, TOKEN, toolNames } from './stage.ts';

const MODEL = { id: 'scripted-model', name: 'Scripted', context_length: 50_000 };

/**
 * Profile files came in 0.134, `--strict-config` by 0.145, `codex doctor --network-only` after 0.160: without it the
 * doctor looks for updates, and tests stay on this machine.
 */
const [PROFILES, STRICT, NETWORK_ONLY] = ['0.134.0', '0.145.0', '0.169.0'];

const HELLO = streamReply(textChunks('Hello!'), usageChunk(10, 1));

function scripted(executable: string, script: Script, more: { config?: string; makeDefault?: boolean } = {}) {
  return setStage({ executable, providers: { scripted: { script, models: [MODEL] } }, ...more });
}

function requestsOf(stage: Stage): ChatRequest[] {
  return stage.chatsOf('scripted').map(({ body }) => body);
}

function systemPrompt(request: ChatRequest | undefined): string {
  const content = request?.messages[0]?.content;
  return typeof content === 'string' ? content : JSON.stringify(content);
}

describeReleases('the generated configuration in the real', (scene) => {
  after(killLeftovers);

  for (const makeDefault of [false, true]) {
    const title = `${makeDefault ? 'as default' : 'as profile'}: no warning, apply_patch and effort offered`;
    const play = async (executable: string, release: string) => {
      await using stage = await scripted(executable, [HELLO], { makeDefault });
      const mode = [...(makeDefault ? [] : ['-p', 'codex-relay']), 'exec'];
      const strict = isOlder(release, STRICT) ? [] : ['--strict-config'];
      const effort = ['-c', 'model_reasoning_effort="high"'];
      const result = await stage.codex(...mode, ...strict, '--skip-git-repo-check', ...effort, 'hello');
      assert.deepEqual([result.exitCode, complaints(result)], [0, []], result.stderr);
      assert.match(result.stdout, /Hello!/);
      const [request] = requestsOf(stage);
      assert.deepEqual([request?.model, request?.['reasoning_effort']], [MODEL.id, 'high']);
      const tools = toolNames(request);
      assert.ok(tools.includes('apply_patch') && tools.includes('exec_command'), tools.join());
      assert.match(systemPrompt(request), /^You are a coding agent running in the Codex CLI/);
      assert.doesNotMatch(systemPrompt(request), /\{"command":/);
    };
    scene(title, play, { isShort: true, ...(!makeDefault && { since: PROFILES }) });
  }

  const catalog = async (executable: string) => {
    await using stage = await scripted(executable, []);
    const { exitCode, stdout, stderr } = await stage.codex('debug', 'models');
    assert.equal(exitCode, 0, stderr);
    const { models } = JSON.parse(stdout) as { models: { slug: string; context_window: number }[] };
    assert.deepEqual(
      models.map(({ slug, context_window }) => [slug, context_window]),
      [
        ['codex-relay', 50_000],
        ['scripted-model', 50_000],
      ],
    );
  };
  scene('accepts the catalog, and shows its models', catalog, { isShort: true, since: DEBUG_MODELS });

  const compaction = async (executable: string) => {
    const call = { id: 'call_1', name: 'exec_command', arguments: { cmd: 'echo hi' } };
    await using stage = await scripted(executable, [
      streamReply(toolCallChunks(call), usageChunk(46_000, 100)),
      streamReply(textChunks('The story so far.'), usageChunk(100, 10)),
      streamReply(textChunks('Done.'), usageChunk(200, 10)),
    ]);
    const result = await stage.codex('exec', '--skip-git-repo-check', 'Say hi with echo');
    assert.equal(result.exitCode, 0, result.stderr);
    const asked = stage.chatsOf('scripted').map(({ text }) => /CONTEXT CHECKPOINT COMPACTION/.test(text));
    assert.deepEqual(asked.slice(0, 3), [false, true, false]);
    // 95 % of the window, as the meter counts.
    assert.match(sessionOf(stage.place), /"model_context_window":47500\b/);
  };
  scene('knows the window: the meter shows it, and the context is compacted within it', compaction, {
    isShort: true,
  });

  const doctor = async (executable: string) => {
    const config = 'check_for_update_on_startup = false\n';
    await using stage = await scripted(executable, [], { config });
    const { exitCode, stdout } = await stage.codex('doctor', '--json', '--network-only');
    const { checks } = JSON.parse(stdout) as {
      checks: Record<string, { status: string; summary: string }>;
    };
    const unhappy = Object.entries(checks).filter(([, { status }]) => status !== 'ok');
    assert.deepEqual([exitCode, unhappy], [0, []]);
    assert.ok('config.load' in checks, Object.keys(checks).join());
  };
  scene('`codex doctor --network-only` is content', doctor, { since: NETWORK_ONLY });

  const corpus = async (executable: string, release: string) => {
    const folder = join(import.meta.dirname, '../codex/corpus');
    // Traps that stop Codex are there on purpose.
    const names = readdirSync(folder).filter((name) => name.endsWith('.toml') && name !== 'legacy.toml');
    assert.ok(names.length > 10);
    await using stage = await scripted(executable, []);
    const file = join(stage.place.home, 'config.toml');
    for (const name of names) {
      const text = readFileSync(join(folder, name), 'utf8');
      await writeFile(file, text);
      // An older release may refuse the file's own content; the newest reads them all.
      if (release !== NEWEST && (await stage.codex('debug', 'models')).exitCode !== 0) continue;
      await writeFile(file, addRelayKeys(text, { port: stage.relay.port, token: TOKEN }));
      const { exitCode, stdout, stderr } = await stage.codex('debug', 'models');
      assert.equal(exitCode, 0, `${name}: ${stderr}`);
      assert.match(stdout, /"slug":"codex-relay"/, name);
    }
  };
  scene('reads every file of the corpus after our edit', corpus, { since: DEBUG_MODELS });

  const asked = async (executable: string) => {
    await using stage = await scripted(executable, [HELLO], { makeDefault: false });
    await writeFile(join(stage.place.home, 'config.toml'), configThatAsks(stage.relay));
    const result = await stage.codex('exec', '--skip-git-repo-check', 'hello');
    assert.deepEqual([result.exitCode, complaints(result)], [0, []], result.stderr);
    assert.ok(stage.upstream('scripted').modelRequests > 0);
    assert.ok(toolNames(requestsOf(stage)[0]).includes('apply_patch'));
  };
  // Commands for the token came later than 0.110.
  scene('gets the same from GET /v1/models where there is no catalog and Codex asks', asked, {
    since: '0.130.0',
  });

  const newUser = async (executable: string, release: string) => {
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
      assert.match(
        examined.stdout,
        new RegExp(`^ok +codex +Codex ${release}; this relay was tested with Codex \\d`, 'm'),
      );
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
  };
  scene('is what a new user gets: --write-config, then codex -p codex-relay', newUser, { since: STRICT });

  scene('works with our own instructions where no Codex can be asked', async (executable) => {
    await using stage = await scripted(executable, [HELLO]);
    await stage.writeConfiguration({ executable: '/nowhere/codex' });
    const result = await stage.codex('exec', '--skip-git-repo-check', 'hello');
    assert.deepEqual([result.exitCode, complaints(result)], [0, []]);
    assert.ok(systemPrompt(requestsOf(stage)[0]).startsWith(DEFAULT_INSTRUCTIONS));
  });

  const removed = async (executable: string) => {
    const config = '# mine\nmodel = "gpt-5.5" # fav\n';
    await using stage = await scripted(executable, [], { config });
    await applyChanges(stage.place.home, planRemoval(await readCodexFiles(stage.place.home)).changes);
    assert.equal(readFileSync(join(stage.place.home, 'config.toml'), 'utf8'), config);
    const { exitCode, stdout } = await stage.codex('debug', 'models');
    assert.equal(exitCode, 0);
    assert.doesNotMatch(stdout, /codex-relay/);
  };
  scene('starts as before when the configuration is taken out again', removed, { since: DEBUG_MODELS });
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
