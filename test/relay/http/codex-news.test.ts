import assert from 'node:assert/strict';
import { AS_CODEX, type Rig, startRig } from '../../support/relay-client.ts';
import { streamReply, textChunks } from '../../support/scripted-upstream.ts';
import { openSocket } from '../../support/socket-client.ts';

const user = { type: 'message', role: 'user', content: 'hi' };
const REQUEST = { model: 'm', input: [user, { type: 'dream', content: 'a secret' }] };
const CODEX = { ...AS_CODEX, 'user-agent': 'codex_exec/0.171.0 (Linux; x86_64) tty' };

describe('the log of what Codex sends', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await startRig(() => streamReply(textChunks('hi')), { webSocket: true });
  });
  afterEach(() => rig.stop());

  const told = () => rig.log.filter((line) => /which this relay does not know|than the releases/.test(line));
  const ask = async (headers: Record<string, string>) =>
    void (await (await rig.post(REQUEST, headers)).text());

  it('names what is not known, with the release, once', async () => {
    await ask(CODEX);
    await ask(CODEX);
    await ask({ ...CODEX, 'user-agent': 'codex_exec/0.170.0' });
    assert.deepEqual(told(), [
      'warn Codex 0.171.0 sends the item "dream", which this relay does not know (tested with 0.110.0 to 0.171.0): what it says goes to the model as words of the user.',
    ]);
    assert.doesNotMatch(rig.log.join('\n'), /secret/);
  });

  it('names the same for a WebSocket', async () => {
    await (await openSocket(rig.relay.url, CODEX)).ask(REQUEST);
    assert.equal(told().length, 1);
  });

  it('says if a release is newer or older than those that were tested', async () => {
    for (const release of ['0.999.0', '0.80.0', '0.999.0'])
      await ask({ ...CODEX, 'user-agent': `codex-tui/${release} (x)` });
    assert.deepEqual(
      told()
        .map((line) => /Codex \S+ is \w+/.exec(line)?.[0])
        .filter((line) => line !== undefined),
      ['Codex 0.999.0 is newer', 'Codex 0.80.0 is older'],
    );
  });

  it('says nothing of other clients', async () => {
    await ask({ 'user-agent': 'OpenAI/JS 7.57.0' });
    assert.deepEqual(told(), []);
  });
});
