/** What Codex asks beside the turns of its user: reviews, verdicts, titles, summaries. Each goes to the model of its role. */
import assert from 'node:assert/strict';
import { asObject } from '../../src/json.ts';
import {
  type Script,
  streamReply,
  textChunks,
  toolCallChunks,
  usageChunk,
} from '../support/scripted-upstream.ts';
import { startAppServer } from './app-server.ts';
import { printed, succeeded, textOf } from './reading.ts';
import { describeReleases, isOlder } from './releases.ts';
import { EXEC, type Stage, setStage } from './stage.ts';
import { HAS_TERMINAL, startTerminal } from './terminal.ts';

function stageFor(
  executable: string,
  script: Script,
  side: Script,
  role: string,
  config = '',
): Promise<Stage> {
  return setStage({
    executable,
    config,
    providers: {
      main: { script, models: [{ id: 'main-model', context_length: 50_000 }] },
      side: { script: side, models: ['side-model'] },
    },
    relay: { roles: { [role]: 'side/side-model' } },
  });
}

const summary = () => streamReply(textChunks('The story so far.'));

describeReleases('the side requests of the real', (scene) => {
  scene(
    'compacts in the middle of a turn, between a call and the next, and goes on',
    async (executable, release) => {
      const command = (id: string, tokens: number) =>
        streamReply(
          toolCallChunks({ id, name: 'exec_command', arguments: { cmd: `echo output-of-${id}` } }),
          usageChunk(tokens, 50),
        );
      const script: Script = ({ text }, index) => {
        if (text.includes('CONTEXT CHECKPOINT COMPACTION')) return summary();
        return (
          [command('call_1', 900), command('call_2', 49_000)][index] ??
          streamReply(textChunks('Done.'), usageChunk(2_000, 10))
        );
      };
      await using stage = await stageFor(executable, script, summary, 'compaction');
      const run = await stage.codex('exec', ...EXEC, '--json', '--', 'Run two commands');
      succeeded(run);
      assert.equal(printed(run).at(-1), 'Done.');
      // Releases before 0.145 do not say what a request is for.
      const summarist = isOlder(release, '0.145.0') ? 'main' : 'side';
      const summing = stage.chatsOf(summarist).filter(({ text }) => text.includes('CONTEXT CHECKPOINT'));
      assert.equal(summing.length, 1);
      assert.match(summing[0]?.text ?? '', /output-of-call_2.*CONTEXT CHECKPOINT COMPACTION/s);
      const last = stage.chatsOf('main').at(-1);
      assert.match(last?.text ?? '', /Run two commands.*The story so far\./s);
      assert.doesNotMatch(last?.text ?? '', /output-of-call_1/);
    },
  );

  scene('reviews', async (executable) => {
    const finding = {
      findings: [],
      overall_correctness: 'patch is correct',
      overall_explanation: 'Nothing to complain of.',
      overall_confidence_score: 0.9,
    };
    const side: Script = () => streamReply(textChunks(JSON.stringify(finding)));
    await using stage = await stageFor(executable, () => streamReply(textChunks('main')), side, 'review');
    const run = await stage.codex('exec', 'review', ...EXEC, 'Look at the notes');
    succeeded(run);
    assert.match(`${run.stdout}${run.stderr}`, /Nothing to complain of\./);
    assert.equal(stage.chatsOf('main').length, 0);
    assert.match(textOf(stage.chatsOf('side')[0]?.body.messages.at(-1)), /Look at the notes/);
  });

  const guardian = async (executable: string) => {
    const call = {
      id: 'call_1',
      name: 'exec_command',
      arguments: {
        cmd: 'touch it-ran && ls',
        sandbox_permissions: 'require_escalated',
        justification: 'Because.',
      },
    };
    const verdict = {
      risk_level: 'low',
      user_authorization: 'high',
      outcome: 'allow',
      rationale: 'It only says that it ran.',
    };
    await using stage = await stageFor(
      executable,
      (_, index) => (index === 0 ? streamReply(toolCallChunks(call)) : streamReply(textChunks('Done.'))),
      () => streamReply(textChunks(JSON.stringify(verdict))),
      'guardian',
      'approvals_reviewer = "auto_review"\n[features]\nguardian_approval = true\n',
    );
    await using server = startAppServer(executable, stage.place);
    await server.request('initialize', { clientInfo: { name: 'test', title: null, version: '1.0.0' } });
    server.notify('initialized');
    const { thread } = await server.request('thread/start', {
      cwd: stage.place.workspace,
      approvalPolicy: 'on-request',
      sandbox: 'read-only',
    });
    const input = [{ type: 'text', text: 'Run a command', text_elements: [] }];
    await server.request('turn/start', { threadId: asObject(thread)?.['id'], input });
    await server.notified('turn/completed');
    const { message } = await server.notified('guardianWarning');
    assert.match(String(message), /approved.*It only says that it ran\./);
    assert.match(stage.chatsOf('side')[0]?.text ?? '', /touch it-ran/);
    assert.match(textOf(stage.chatsOf('main').at(-1)?.body.messages.at(-1)), /it-ran/);
  };
  scene('has a guardian decide whether a command may run', guardian, { since: '0.130.0' });

  const title = async (executable: string) => {
    await using stage = await stageFor(
      executable,
      () => streamReply(textChunks('Bonjour.')),
      () => streamReply(textChunks(JSON.stringify({ title: 'Say a greeting' }))),
      'title',
      // Without its daemon, which would outlive the scene.
      'check_for_update_on_startup = false\n[features]\ndaemon_auto_start = false\n',
    );
    await using terminal = await startTerminal(executable, stage.place, ['Say hello']);
    await terminal.shows('Bonjour');
    const asked = await stage.upstream('side').chat(0);
    assert.match(textOf(asked.body.messages.at(-1)), /title.*Say hello/s);
    await terminal.shows('Say a greeting');
    assert.equal(stage.chatsOf('main').length, 1);
  };
  if (HAS_TERMINAL) scene('asks for a title, which its screen then shows', title, { since: '0.160.0' });
});
