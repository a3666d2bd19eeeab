import assert from 'node:assert/strict';
import { HostCalls } from '../../../src/extension/relay/host-calls.ts';
import type { UpstreamTransport } from '../../../src/relay/transport.ts';

/** What the host is asked to send, and the signals that it was sent with. */
function callsThat(answer: () => AsyncIterable<Uint8Array>) {
  const signals: AbortSignal[] = [];
  const transport: UpstreamTransport = async ({ signal }) => {
    signals.push(signal);
    return { status: 200, headers: {}, body: answer() };
  };
  const calls = new HostCalls(transport);
  const call = (id: number) => calls.call(id, { method: 'GET', url: 'http://127.0.0.1:9', headers: {} });
  return { calls, call, signals };
}

describe('requests that the host sends for the thread', () => {
  it('are ended with the thread, as far as they run', async () => {
    const { calls, call, signals } = callsThat(() => new ReadableStream<Uint8Array>());
    await Promise.all([call(1), call(2)]);
    calls.end(1);
    calls.endAll();
    assert.deepEqual(
      signals.map(({ aborted }) => aborted),
      [true, true],
    );
  });

  it('are forgotten once their answer has ended or broken off', async () => {
    const broken = async function* () {
      yield Buffer.from('a');
      throw new Error('it broke off');
    };
    const whole = async function* () {
      yield Buffer.from('a');
    };
    for (const answer of [broken, whole]) {
      const { calls, call, signals } = callsThat(answer);
      const { body } = await call(1);
      await Array.fromAsync(body).catch((error: Error) => assert.equal(error.message, 'it broke off'));
      calls.endAll();
      assert.deepEqual(
        signals.map(({ aborted }) => aborted),
        [false],
      );
    }
  });
});
