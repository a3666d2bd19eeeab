/** What counts as a provider's silence while its answer is relayed, by a clock that only the test moves. */
import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { RelayError } from '../../../src/errors.ts';
import { SILENT_LOGGER } from '../../../src/logger.ts';
import type { ClientStream } from '../../../src/relay/exchange/client-stream.ts';
import { beginAttempt, beginExchange, type Exchange } from '../../../src/relay/exchange/exchange.ts';
import { relayAnswer } from '../../../src/relay/exchange/relay-answer.ts';
import { createReasoningSeal } from '../../../src/relay/exchange/seal.ts';
import { resolveProvider } from '../../../src/relay/routing/provider.ts';
import type { Target } from '../../../src/relay/routing/target.ts';
import type { UpstreamReply } from '../../../src/relay/transport.ts';
import type { Upstream, UpstreamCall } from '../../../src/relay/upstream/upstream.ts';
import { BASE_NATIVE } from '../../../src/translate/native/native-profile.ts';
import { toChatRequest } from '../../../src/translate/request/to-chat-request.ts';
import { DONE, deltaChunk, finishChunk, usageChunk } from '../../support/scripted-upstream.ts';

const provider = resolveProvider({ id: 'one', upstream: 'http://127.0.0.1:1/v1' });
const target: Target = {
  provider,
  model: 'm',
  profile: provider.profile,
  wire: 'chat',
  native: BASE_NATIVE,
  apiKey: undefined,
  keyIndex: 0,
};

/** Relays one answer. `complete` is the provider; `write` is told of each write and may make the relay wait. */
function relay(
  complete: (call: UpstreamCall) => Promise<UpstreamReply>,
  write: (exchange: Exchange) => Promise<void> | undefined = () => undefined,
) {
  const request = { model: 'm', input: 'hi', stream: true, store: false };
  const client = {
    isCodex: false,
    retriesItself: false,
    bearer: undefined,
    thread: undefined,
    turn: undefined,
    labels: { subagent: undefined, kind: undefined },
  };
  const exchange = beginExchange(request, client);
  const translation = {
    wire: 'chat' as const,
    ...toChatRequest(request, { profile: provider.profile, model: 'm' }),
  };
  const attempt = beginAttempt(
    exchange,
    target,
    { translation, asked: 'hi' },
    { seal: createReasoningSeal(), heal: false },
  );
  const stream = { follow() {}, prepare: async () => {}, begin() {}, write: () => write(exchange) };
  return relayAnswer(exchange, attempt, stream as unknown as ClientStream, {
    upstream: { complete: (call: UpstreamCall) => complete(call) } as Partial<Upstream> as Upstream,
    logger: SILENT_LOGGER,
    onRequest: () => {},
    stallMs: 20_000,
    firstOutputMs: 20_000,
    isLast: true,
  });
}

/** A reply whose body ends as a connection does when its call is aborted. */
function replyOf(steps: readonly (object | string)[], { signal }: UpstreamCall): UpstreamReply {
  async function* body() {
    for (const step of steps) {
      signal.throwIfAborted();
      yield Buffer.from(typeof step === 'string' ? step : `data: ${JSON.stringify(step)}\n\n`);
    }
  }
  return { status: 200, headers: {}, body: body() };
}

const ANSWER = [deltaChunk({ content: 'a' }), finishChunk('stop')];

describe('the silence of a provider', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => mock.timers.reset());

  it('does not begin while a slow client reads, even if the answer seemed finished', async () => {
    const steps = [
      ...ANSWER,
      deltaChunk({ content: 'b' }),
      deltaChunk({ content: 'c' }),
      usageChunk(1, 2),
      DONE,
    ];
    const wrote: PromiseWithResolvers<void>[] = [];
    const write = () => {
      const drained = Promise.withResolvers<void>();
      wrote.push(drained);
      return drained.promise;
    };
    const answered = relay(async (call) => replyOf(steps, call), write);
    let isOver = false;
    answered.finally(() => {
      isOver = true;
    });
    for (let turns = 0; turns < 50 && !isOver; turns++) {
      await nextTurn();
      const drained = wrote.pop();
      if (drained !== undefined) mock.timers.tick(60_000);
      drained?.resolve();
    }
    const { response, error } = await answered;
    assert.equal(error, undefined);
    assert.equal(response.usage?.total_tokens, 3);
  });

  it('does not begin while a client reads nothing, and its answer can still be cancelled', async () => {
    const cancelled = new RelayError('cancelled', 'The response was cancelled.');
    const wrote = Promise.withResolvers<AbortController>();
    const answered = relay(
      async (call) => replyOf([...ANSWER.slice(0, 1), deltaChunk({ content: 'b' }), ...ANSWER], call),
      ({ abort }) => {
        wrote.resolve(abort);
        return new Promise(() => {});
      },
    );
    const abort = await wrote.promise;
    mock.timers.tick(60_000);
    await nextTurn();
    abort.abort(cancelled);
    assert.equal((await answered).error, cancelled);
  });

  it('does not include the wait that the provider asked for', async () => {
    const asked = Promise.withResolvers<void>();
    const answered = relay(async (call) => {
      call.onWait?.({ until: 0, code: 'rate_limit_exceeded', message: '' });
      await asked.promise;
      call.signal.throwIfAborted();
      call.onWait?.(undefined);
      return replyOf([...ANSWER, DONE], call);
    });
    await nextTurn();
    mock.timers.tick(30_000);
    asked.resolve();
    assert.equal((await answered).error, undefined);
  });

  it('starts again after that wait', async () => {
    const answered = relay(async (call) => {
      call.onWait?.({ until: 0, code: 'rate_limit_exceeded', message: '' });
      call.onWait?.(undefined);
      return new Promise((_, reject) => {
        call.signal.addEventListener('abort', () => reject(call.signal.reason));
      });
    });
    await nextTurn();
    mock.timers.tick(30_000);
    assert.equal((await answered).error?.code, 'upstream_stalled');
  });
});
