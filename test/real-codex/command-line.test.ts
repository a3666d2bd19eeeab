/** The built command line with several providers at their own addresses, and the real Codex that it was set up for. */
import assert from 'node:assert/strict';
import { rm, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { HAS_OPENSSL } from '../support/certificate.ts';
import { killLeftovers, runCli, startRelayCli } from '../support/cli-process.ts';
import { freePort } from '../support/ports.ts';
import { startScriptedUpstream, streamReply, textChunks } from '../support/scripted-upstream.ts';
import { createPlace, runCodex } from './codex.ts';
import { startInternet } from './internet.ts';
import { complaints, succeeded } from './reading.ts';
import { describeReleases } from './releases.ts';
import { EXEC, TOKEN } from './stage.ts';

const PROVIDERS = {
  deepseek: {
    host: 'api.deepseek.com',
    variable: 'DEEPSEEK_API_KEY',
    models: ['deepseek-v4-pro', 'deepseek-flash'],
  },
  kimi: { host: 'api.moonshot.ai', variable: 'MOONSHOT_API_KEY', models: ['kimi-k3'] },
  groq: { host: 'api.groq.com', variable: 'GROQ_API_KEY', models: ['openai/gpt-oss-120b'] },
} as const;

type Id = keyof typeof PROVIDERS;
const IDS: readonly Id[] = ['deepseek', 'kimi', 'groq'];
const keyOf = (id: Id) => `key-of-${id}`;

/** A machine whose environment holds the keys of some providers, and whose Codex was set up by `--write-config`. */
async function machine(executable: string, keys: readonly Id[], flags: readonly string[]) {
  await using stack = new AsyncDisposableStack();
  const upstreams = await Promise.all(
    IDS.map((id) =>
      startScriptedUpstream(() => streamReply(textChunks(`This is ${id}.`)), PROVIDERS[id].models),
    ),
  );
  for (const upstream of upstreams) stack.defer(() => upstream.stop());
  const places = Object.fromEntries(IDS.map((id, at) => [PROVIDERS[id].host, upstreams[at]?.url ?? '']));
  const internet = stack.use(await startInternet(places));
  const place = await createPlace({ baseUrl: '', token: '' });
  stack.defer(() => place.remove());
  await rm(join(place.home, 'catalog.json'));
  await writeFile(join(place.home, 'config.toml'), '');
  const environment = {
    PATH: `${dirname(executable)}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: place.root,
    CODEX_HOME: place.home,
    CODEX_RELAY_PORT: `${await freePort()}`,
    CODEX_RELAY_TOKEN: TOKEN,
    ...internet.environment,
    ...Object.fromEntries(keys.map((id) => [PROVIDERS[id].variable, keyOf(id)])),
  };
  const written = await runCli(['--write-config', '--default', '--yes', ...flags], { environment });
  assert.equal(written.code, 0, written.stderr);
  const { cli } = await startRelayCli(['--port', environment.CODEX_RELAY_PORT, ...flags], { environment });
  stack.defer(async () => {
    cli.signal('SIGTERM');
    await cli.ended;
  });
  const cleanup = stack.move();
  return {
    chatsOf: (id: Id) => upstreams[IDS.indexOf(id)]?.chats ?? [],
    codex: (...args: string[]) => runCodex({ executable, place, token: '', args }),
    [Symbol.asyncDispose]: () => cleanup.disposeAsync(),
  };
}

describeReleases('the command line with several providers, and the real', (scene) => {
  if (!HAS_OPENSSL) return;
  afterEach(killLeftovers);

  const CASES: readonly [flags: string[], keys: Id[], slugs: string[]][] = [
    [
      ['--providers', 'kimi,deepseek'],
      ['deepseek', 'kimi', 'groq'],
      ['kimi/kimi-k3', 'deepseek/deepseek-v4-pro', 'deepseek/deepseek-flash'],
    ],
    [
      ['--providers', 'auto'],
      ['groq', 'deepseek'],
      ['deepseek/deepseek-v4-pro', 'deepseek/deepseek-flash', 'groq/openai/gpt-oss-120b'],
    ],
  ];
  for (const [flags, keys, slugs] of CASES) {
    scene(`answers by each of them with ${flags.join(' ')}`, async (executable) => {
      await using stage = await machine(executable, keys, flags);
      const { stdout, stderr } = await stage.codex('debug', 'models');
      const { models } = JSON.parse(stdout) as { models: { slug: string }[] };
      assert.deepEqual(
        models.map(({ slug }) => slug),
        ['codex-relay', ...slugs],
        stderr,
      );
      for (const slug of [undefined, ...slugs]) {
        const [id = '', ...rest] = (slug ?? slugs[0] ?? '').split('/');
        const provider = IDS.find((one) => one === id) ?? assert.fail(id);
        const chosen = slug === undefined ? [] : ['-m', slug];
        const run = await stage.codex('exec', ...EXEC, ...chosen, '--', 'Who are you?');
        succeeded(run);
        assert.deepEqual(complaints(run), []);
        assert.equal(run.stdout.trim(), `This is ${provider}.`);
        const chat = stage.chatsOf(provider).at(-1);
        assert.equal(chat?.body.model, rest.join('/'));
        assert.equal(chat?.headers.authorization, `Bearer ${keyOf(provider)}`);
      }
    });
  }
});
