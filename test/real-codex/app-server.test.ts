/** The whole of what an editor does with `codex app-server`, in one session. */
import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asObject, type JsonObject } from '../../src/json.ts';
import {
  deltaChunk,
  reasoningChunks,
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { type AppServer, startAppServer } from './app-server.ts';
import { describeReleases, isOlder } from './releases.ts';
import { setStage } from './stage.ts';
import { tinyPng } from './tiny-png.ts';

const MODELS = [
  { id: 'seeing-model', context_length: 50_000, supports_image_in: true },
  'other-model',
] as const;

/** What the model does with each thing that the user says. */
const script: Script = ({ body, text }, index) => {
  const last = JSON.stringify(body.messages.at(-1));
  if (/CONTEXT CHECKPOINT COMPACTION/.test(last)) return streamReply(textChunks('The story so far.'));
  if (/Run a command/.test(last)) {
    const call = { id: `call_${index}`, name: 'exec_command', arguments: { cmd: 'echo from-the-shell' } };
    return streamReply(reasoningChunks(['A command will tell.']), toolCallChunks(call), usageChunk(900, 50));
  }
  if (/Never end/.test(last))
    return { body: [deltaChunk({ content: 'I begin, and ' }), new Promise(() => {})] };
  if (/What is this/.test(last)) return streamReply(textChunks('A red square.'), usageChunk(1_000, 10));
  return streamReply(
    textChunks('Well ', text.includes('from-the-shell') ? 'run.' : 'said.'),
    usageChunk(950, 9),
  );
};

/** Says something, and waits until the turn has ended. */
async function turn(
  server: AppServer,
  threadId: string,
  input: object[],
  more: object = {},
): Promise<JsonObject> {
  const from = server.notifications.length;
  await server.request('turn/start', { threadId, input, ...more });
  const { turn: ended } = await server.notified('turn/completed', { from });
  return asObject(ended) ?? {};
}

const says = (text: string) => [{ type: 'text', text, text_elements: [] }];

/** The text of deltas of that kind that came since. */
function deltas(server: AppServer, kind: string, from: number): string {
  return server.notifications
    .slice(from)
    .filter(({ method }) => method === `item/${kind}`)
    .map(({ params }) => params['delta'])
    .join('');
}

function itemTypes(server: AppServer, from: number): unknown[] {
  const completed = server.notifications.slice(from).filter(({ method }) => method === 'item/completed');
  return completed.map(({ params }) => asObject(params['item'])?.['type']);
}

describeReleases('the app-server of an editor, and the real', (scene) => {
  const play = async (executable: string, release: string) => {
    await using stage = await setStage({
      executable,
      providers: {
        first: { script, models: MODELS, preset: 'kimi' },
        second: { script: () => streamReply(textChunks('Second here.')), models: ['second-model'] },
      },
    });
    await writeFile(join(stage.place.workspace, 'red.png'), tinyPng(8, [200, 30, 30]));
    await using server = startAppServer(executable, stage.place);
    const chats = () => stage.chatsOf('first');

    const clientInfo = { name: 'codex_vscode', title: 'Codex', version: '1.0.0' };
    await server.request('initialize', { clientInfo });
    server.notify('initialized');
    const { data } = (await server.request('model/list')) as { data?: JsonObject[] };
    assert.deepEqual(
      data?.map(({ model }) => model),
      ['codex-relay', 'first/seeing-model', 'first/other-model', 'second/second-model'],
    );

    const started = await server.request('thread/start', {
      cwd: stage.place.workspace,
      approvalPolicy: 'never',
      sandbox: 'danger-full-access',
    });
    const threadId = String(asObject(started['thread'])?.['id']);
    assert.equal(started['model'], 'codex-relay');
    assert.equal(started['modelProvider'], 'codex-relay');

    // Thinking, a command and the answer are shown while they come.
    let from = server.notifications.length;
    const ran = await turn(server, threadId, says('Run a command'));
    assert.equal(ran['status'], 'completed');
    assert.equal(deltas(server, 'agentMessage/delta', from), 'Well run.');
    assert.equal(deltas(server, 'reasoning/summaryTextDelta', from), 'A command will tell.');
    assert.deepEqual(itemTypes(server, from), [
      'userMessage',
      'reasoning',
      'commandExecution',
      'agentMessage',
    ]);
    const { tokenUsage } = await server.notified('thread/tokenUsage/updated', { from });
    assert.equal(asObject(tokenUsage)?.['modelContextWindow'], 47_500);

    // An image that the user attached.
    const image = { type: 'localImage', path: join(stage.place.workspace, 'red.png') };
    assert.equal((await turn(server, threadId, [...says('What is this?'), image]))['status'], 'completed');
    assert.match(chats().at(-1)?.text ?? '', /"image_url":\{"url":"data:image\/png;base64,iVBOR/);

    // The stop button: the provider's connection is closed, and the thread goes on.
    from = server.notifications.length;
    const endless = await server.request('turn/start', { threadId, input: says('Never end') });
    await server.notified('item/agentMessage/delta', { from });
    const turnId = asObject(endless['turn'])?.['id'];
    await server.request('turn/interrupt', { threadId, turnId });
    const { turn: stopped } = await server.notified('turn/completed', { from });
    assert.equal(asObject(stopped)?.['status'], 'interrupted');
    // Releases up to 0.145 keep their connection open until the answer ends.
    if (!isOlder(release, '0.160.0')) assert.equal(await chats().at(-1)?.clientLeft, true);

    // Another model for the next turn, of another provider.
    from = server.notifications.length;
    assert.equal(
      (await turn(server, threadId, says('Who are you?'), { model: 'second/second-model' }))['status'],
      'completed',
    );
    assert.equal(deltas(server, 'agentMessage/delta', from), 'Second here.');
    assert.doesNotMatch(stage.chatsOf('second')[0]?.text ?? '', /A command will tell/);

    // Compaction on demand, and a turn after it.
    from = server.notifications.length;
    await server.request('thread/compact/start', { threadId });
    await server.notified('turn/completed', { from });
    const after = { model: 'first/seeing-model' };
    assert.equal((await turn(server, threadId, says('Go on'), after))['status'], 'completed');
    const compacted = chats().at(-1)?.text ?? '';
    assert.match(compacted, /Second here\.|The story so far\./);
    assert.doesNotMatch(compacted, /from-the-shell/, 'what was summed up is gone');
    assert.deepEqual(
      server.notifications.filter(({ method }) => method === 'error'),
      [],
    );
  };
  scene('lists, answers, runs, sees, stops, changes the model and compacts', play);

  const approve = async (executable: string) => {
    const escalated = (id: string) => ({
      id,
      name: 'exec_command',
      arguments: {
        // Older releases run what only reads or prints without a question.
        cmd: `touch ${id}.txt && echo ran-${id}`,
        sandbox_permissions: 'require_escalated',
        justification: 'Shall I?',
      },
    });
    const asking: Script = (_, index) =>
      [streamReply(toolCallChunks(escalated('call_yes'))), streamReply(toolCallChunks(escalated('call_no')))][
        index
      ] ?? streamReply(textChunks('As you wish.'));
    await using stage = await setStage({
      executable,
      providers: { first: { script: asking, models: MODELS } },
    });
    const asked: string[] = [];
    await using server = startAppServer(executable, stage.place, (method, params) => {
      assert.equal(method, 'item/commandExecution/requestApproval');
      asked.push(String(params['itemId']));
      return { decision: asked.length === 1 ? 'accept' : 'decline' };
    });
    await server.request('initialize', { clientInfo: { name: 'test', title: null, version: '1.0.0' } });
    server.notify('initialized');
    const started = await server.request('thread/start', {
      cwd: stage.place.workspace,
      approvalPolicy: 'on-request',
      sandbox: 'read-only',
    });
    const threadId = String(asObject(started['thread'])?.['id']);
    const ended = await turn(server, threadId, says('Run two commands'));
    assert.equal(ended['status'], 'completed');
    assert.deepEqual(asked, ['call_yes', 'call_no']);
    const [, afterYes, afterNo] = stage
      .chatsOf('first')
      .map(({ body }) => JSON.stringify(body.messages.at(-1)));
    assert.match(afterYes ?? '', /ran-call_yes/);
    assert.deepEqual(
      (await readdir(stage.place.workspace)).filter((name) => name.endsWith('.txt')),
      ['call_yes.txt'],
    );
    assert.match(afterNo ?? '', /"tool_call_id":"call_no".*(rejected|declined|denied)/);
  };
  scene('asks before it runs a command, and tells the model what the user decided', approve);
});
