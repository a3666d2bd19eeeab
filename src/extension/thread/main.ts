/**
 * The relay's thread (dist/relay.cjs): the relay, without VS Code, in a thread of its own. The extension starts it with
 * `RelayThread` and calls the functions of `ThreadSide`.
 */
import { parentPort } from 'node:worker_threads';
import { accountBalance, listModels } from '../../index.ts';
import { entryByEntry, type Logger } from '../../logger.ts';
import { modelPrice } from '../../usage/model-price.ts';
import { openChannel } from './channel.ts';
import { HOST_EVENTS, type HostSide, type ThreadSide } from './messages.ts';
import { readPrices } from './read-prices.ts';
import { askCatalog, askForAnswer, type RunningRelay, runRelay } from './relay-work.ts';
import { Roads } from './roads.ts';
import { UsageSource } from './usage-source.ts';

if (parentPort === null) throw new Error('This file is run as a thread.');

let relay: RunningRelay | undefined;
const questions = new Map<number, AbortController>();
const usages = new Map<number, UsageSource>();

const thread: ThreadSide = {
  launch: async (launch) => {
    relay = await runRelay(launch, {
      logger,
      transport: roads.transport,
      onRequest: (report) => void host.onRequest(report),
      onModels: () => void host.onModels(),
      onBudget: (notice) => void host.onBudget(notice),
    });
    return relay.url;
  },
  serve: (routing) => running().serve(routing),
  catalog: () => running().catalog(),
  learnModels: (ids) => running().learnModels(ids),
  targets: () => running().targets(),
  resetTargets: () => running().resetTargets(),
  clearHistory: () => running().clearHistory(),
  drain: async () => {
    await relay?.drain();
    await roads.close();
  },
  stop: async () => {
    await relay?.stop();
    await roads.close();
  },
  setNetwork: (settings) => roads.set(settings),
  listModels: (upstream) => listModels({ ...upstream, transport: roads.transport }),
  askCatalog: (routing) => askCatalog(routing, roads.transport),
  askForAnswer: async (upstream, question) => {
    const abort = new AbortController();
    questions.set(question, abort);
    try {
      return await askForAnswer(upstream, roads.transport, abort.signal);
    } finally {
      questions.delete(question);
    }
  },
  askBalance: (upstream) => accountBalance({ ...upstream, transport: roads.transport }),
  pricesOf: async (models) => {
    const prices = await readPrices(logger);
    return models.map((model) => modelPrice(model, prices, Date.now()));
  },
  usage: (folder, days, isFresh) => usageOf(folder, days).read(isFresh),
  giveUp: (question) => questions.get(question)?.abort(),
};

const host = openChannel<HostSide, ThreadSide>(parentPort, thread, { eventNames: [...HOST_EVENTS] });
const logger: Logger = entryByEntry({
  debug: (message) => void host.log('debug', message),
  info: (message) => void host.log('info', message),
  warn: (message) => void host.log('warn', message),
  error: (message) => void host.log('error', message),
});
const roads = new Roads(host, logger);

/** Kept for each number of days, so that next time only what is new has to be read. */
function usageOf(folder: string, days: number): UsageSource {
  const source = usages.get(days) ?? new UsageSource(folder, days, logger);
  usages.set(days, source);
  return source;
}

function running(): RunningRelay {
  if (relay === undefined) throw new Error('No relay runs in this thread.');
  return relay;
}
