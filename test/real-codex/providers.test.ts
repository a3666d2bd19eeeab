/** Two providers behind one relay: one list of models, any model at any time, also in mid-thread. */
import assert from 'node:assert/strict';
import type { ChatRequest } from '../../src/wire/chat.ts';
import {
  reasoningChunks,
  type Script,
  type ScriptedReply,
  streamReply,
  textChunks,
  toolCallChunks,
} from '../support/scripted-upstream.ts';
import { startAppServer } from './app-server.ts';
import { complaints, succeeded, textOf, toolLike } from './reading.ts';
import { DEBUG_MODELS, describeReleases } from './releases.ts';
import { EXEC, keyOf, type Stage, setStage } from './stage.ts';
import { HAS_TERMINAL, startTerminal } from './terminal.ts';

const MODELS = {
  alpha: ['alpha-large', 'alpha-small'],
  kimi: ['kimi-k3', 'kimi-k3-thinking'],
} as const;

/** As Codex shall list them: the alias, then the active provider's, then the other's. */
const SLUGS = [
  'codex-relay',
  'alpha/alpha-large',
  'alpha/alpha-small',
  'kimi/kimi-k3',
  'kimi/kimi-k3-thinking',
];

/** Each says its own name. */
function speaking(name: string): ScriptedReply {
  return streamReply(textChunks(`This is ${name}.`));
}

function twoProviders(
  executable: string,
  scripts: { alpha?: Script; kimi?: Script } = {},
  config = '',
): Promise<Stage> {
  const { alpha = () => speaking('alpha'), kimi = () => speaking('kimi') } = scripts;
  return setStage({
    executable,
    config,
    providers: {
      alpha: { script: alpha, models: MODELS.alpha },
      kimi: { script: kimi, models: MODELS.kimi, preset: 'kimi' },
    },
  });
}

function exec(stage: Stage, model: string | undefined, prompt: string) {
  return stage.codex('exec', ...EXEC, ...(model === undefined ? [] : ['-m', model]), '--', prompt);
}

function resume(stage: Stage, model: string | undefined, prompt: string) {
  const chosen = model === undefined ? [] : ['-m', model];
  return stage.codex('exec', 'resume', '--last', ...EXEC, ...chosen, '--', prompt);
}

/** What was said and called, without what Codex itself puts in front. */
function spokenIn({ messages }: ChatRequest): string[] {
  return messages.flatMap((message) => {
    const text = textOf(message);
    if (message.role === 'system' || /^(<|# AGENTS|\[instructions\])/.test(text)) return [];
    const calls = (message.role === 'assistant' && message.tool_calls) || [];
    return [...(text === '' ? [] : [text]), ...calls.map(({ function: { name } }) => `[${name}]`)];
  });
}

describeReleases('two providers behind one relay, and the real', (scene) => {
  const list = async (executable: string) => {
    await using stage = await twoProviders(executable);
    const { exitCode, stdout, stderr } = await stage.codex('debug', 'models');
    assert.equal(exitCode, 0, stderr);
    const { models } = JSON.parse(stdout) as { models: { slug: string }[] };
    assert.deepEqual(
      models.map(({ slug }) => slug),
      SLUGS,
    );
  };
  scene('lists the models of both, the alias first', list, { since: DEBUG_MODELS });

  const picker = async (executable: string) => {
    await using stage = await twoProviders(executable);
    await using server = startAppServer(executable, stage.place);
    await server.request('initialize', { clientInfo: { name: 'test', title: null, version: '1.0.0' } });
    server.notify('initialized');
    const { data } = (await server.request('model/list')) as {
      data?: { model: string; isDefault: boolean }[];
    };
    assert.deepEqual(
      data?.map(({ model }) => model),
      SLUGS,
    );
  };
  scene('offers them all in the picker of an editor', picker);

  const screen = async (executable: string) => {
    // Without its daemon, which would outlive the scene.
    const config = 'check_for_update_on_startup = false\n[features]\ndaemon_auto_start = false\n';
    await using stage = await twoProviders(executable, {}, config);
    await using terminal = await startTerminal(executable, stage.place);
    await terminal.shows('To get started');
    terminal.type('/model');
    await terminal.shows(/\/model +choose what model/);
    terminal.type('\r');
    const list = await terminal.shows(/kimi\/kimi-k3-thinking/);
    const offered = [...list.matchAll(/^[ ›]*(\d)\. (\S+)/gm)].map(([, , name]) => name);
    assert.deepEqual(offered, ['Codex', ...SLUGS.slice(1)], list);
    const number = 1 + SLUGS.indexOf('kimi/kimi-k3');
    terminal.type(`${number}`);
    const next = await terminal.shows(/Model changed|Reasoning Level for/);
    if (!next.includes('Model changed')) terminal.type('\r');
    await terminal.shows(/Model changed to kimi\/kimi-k3\b/);
    terminal.type('Who are you?');
    await terminal.shows(/› Who are you\?/);
    terminal.type('\r');
    await terminal.shows(/• This is kimi\./);
    assert.equal(stage.chatsOf('alpha').length, 0);
    assert.equal(stage.chatsOf('kimi')[0]?.body.model, 'kimi-k3');
  };
  // Older releases greet, and draw their lists, in other ways.
  const screens = { since: '0.160.0' };
  if (HAS_TERMINAL) scene("lists them in Codex's own /model, where any can be chosen", screen, screens);

  for (const { model, provider, upstreamModel } of [
    { model: undefined, provider: 'alpha', upstreamModel: 'alpha-large' },
    { model: 'codex-relay', provider: 'alpha', upstreamModel: 'alpha-large' },
    { model: 'kimi/kimi-k3-thinking', provider: 'kimi', upstreamModel: 'kimi-k3-thinking' },
    { model: 'kimi-k3', provider: 'kimi', upstreamModel: 'kimi-k3' },
    { model: 'alpha/alpha-small', provider: 'alpha', upstreamModel: 'alpha-small' },
  ]) {
    scene(
      `goes to ${provider} ${model === undefined ? 'by default' : `with -m ${model}`}`,
      async (executable) => {
        await using stage = await twoProviders(executable);
        const run = await exec(stage, model, 'Who are you?');
        succeeded(run);
        assert.equal(run.stdout.trim(), `This is ${provider}.`);
        if (model === undefined || SLUGS.includes(model)) assert.deepEqual(complaints(run), []);
        const other = provider === 'alpha' ? 'kimi' : 'alpha';
        assert.deepEqual([stage.chatsOf(provider).length, stage.chatsOf(other).length], [1, 0]);
        const [chat] = stage.chatsOf(provider);
        assert.equal(chat?.body.model, upstreamModel);
        assert.equal(chat?.headers.authorization, `Bearer ${keyOf(provider)}`);
      },
    );
  }

  const moved = async (executable: string) => {
    const call = { id: 'call_1', name: 'exec_command', arguments: { cmd: 'echo from-the-shell' } };
    const first = [
      streamReply(reasoningChunks(['A secret of alpha.']), toolCallChunks(call)),
      streamReply(reasoningChunks(['More of it.']), textChunks('Alpha has run it.')),
    ];
    await using stage = await twoProviders(executable, {
      alpha: (_, index) => first[index] ?? speaking('alpha'),
      kimi: () => streamReply(reasoningChunks(['A secret of kimi.']), textChunks('This is kimi.')),
    });
    const runs = [
      await exec(stage, undefined, 'One'),
      await resume(stage, 'kimi/kimi-k3', 'Two'),
      await resume(stage, 'alpha/alpha-large', 'Three'),
    ];
    runs.forEach(succeeded);
    const [moved] = stage.chatsOf('kimi');
    assert.ok(moved);
    assert.deepEqual(spokenIn(moved.body).slice(0, 2), ['One', '[exec_command]']);
    assert.match(moved.text, /from-the-shell/);
    assert.deepEqual(spokenIn(moved.body).slice(-2), ['Alpha has run it.', 'Two']);
    assert.doesNotMatch(moved.text, /secret of alpha|More of it|encrypted_content/);
    const back = stage.chatsOf('alpha').at(-1);
    assert.ok(back);
    assert.deepEqual(spokenIn(back.body).slice(-4), ['Alpha has run it.', 'Two', 'This is kimi.', 'Three']);
    assert.doesNotMatch(back.text, /secret of kimi/);
    assert.match(back.text, /secret of alpha/);
  };
  scene('moves a thread to the other provider and back, without foreign thinking', moved);

  const switched = async (executable: string) => {
    await using stage = await twoProviders(executable);
    succeeded(await exec(stage, undefined, 'One'));
    stage.relay.use('kimi');
    await stage.writeConfiguration();
    const run = await resume(stage, undefined, 'Two');
    succeeded(run);
    assert.equal(run.stdout.trim(), 'This is kimi.');
    assert.deepEqual(complaints(run), []);
    const [chat] = stage.chatsOf('kimi');
    assert.deepEqual(chat && spokenIn(chat.body), ['One', 'This is alpha.', 'Two']);
  };
  scene('resumes a thread after the active provider was switched', switched);

  const elsewhere = async (executable: string) => {
    const parent: Script = ({ body }, index) => {
      const spawn = toolLike(body, /spawn_agent$/).function.name;
      const wait = toolLike(body, /wait_agent$/).function.name;
      if (index === 0) {
        const task = { message: 'Say who you are', model: 'kimi/kimi-k3' };
        return streamReply(toolCallChunks({ id: 'call_spawn', name: spawn, arguments: task }));
      }
      const output = body.messages.map(textOf).find((text) => text.includes('agent_id')) ?? '';
      const [, id = ''] = /"agent_id":\s*"([^"]+)"/.exec(output) ?? [];
      if (index === 1) {
        const args = { targets: [id], timeout_ms: 60_000 };
        return streamReply(toolCallChunks({ id: 'call_wait', name: wait, arguments: args }));
      }
      return streamReply(textChunks('The sub-agent has answered.'));
    };
    await using stage = await twoProviders(executable, { alpha: parent });
    const run = await exec(stage, undefined, 'Ask a sub-agent');
    succeeded(run);
    assert.equal(run.stdout.trim(), 'The sub-agent has answered.');
    assert.equal(stage.chatsOf('kimi').length, 1);
    const [child] = stage.chatsOf('kimi');
    assert.equal(child?.body.model, 'kimi-k3');
    assert.match(child?.text ?? '', /Say who you are/);
    assert.match(stage.chatsOf('alpha')[2]?.text ?? '', /This is kimi\./);
  };
  scene('spawns a sub-agent on the model of the other provider', elsewhere, { since: '0.130.0' });
});
