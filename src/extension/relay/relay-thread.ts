/**
 * The relay's thread, from the extension's side. All extensions share one host: one that blocks it for half a second
 * would stall every answer of a relay that ran there.
 */
import { Worker } from 'node:worker_threads';
import type { BirpcReturn } from 'birpc';
import type { Logger } from '../../logger.ts';
import type { RequestReport } from '../../relay/options.ts';
import type { UpstreamTransport } from '../../relay/transport.ts';
import type { BudgetNotice } from '../../usage/budget.ts';
import { openChannel } from '../thread/channel.ts';
import { type HostSide, type NetworkSettings, THREAD_EVENTS, type ThreadSide } from '../thread/messages.ts';
import { HostCalls } from './host-calls.ts';

export interface ThreadParts {
  /** The thread's program: `dist/relay.cjs`. */
  program: string;
  logger: Logger;
  network(): NetworkSettings;
  /** Requests that only VS Code can send. */
  transport: UpstreamTransport;
}

/** What a thread tells about the relay that it runs. */
export interface RelayListener {
  onRequest(report: RequestReport): void;
  onModels(): void;
  onBudget(notice: BudgetNotice): void;
  /** The thread died, and the relay with it. */
  onDeath(error: Error): void;
}

/**
 * Most objects of a stream soon become garbage; a small young generation keeps them from using up the host's memory.
 */
const YOUNG_GENERATION_MB = 16;

export class RelayThread {
  readonly #worker: Worker;
  readonly #calls: HostCalls;
  readonly functions: BirpcReturn<ThreadSide, HostSide>;
  #isAlive = true;

  constructor({ program, logger, network, transport }: ThreadParts, listener?: RelayListener) {
    this.#worker = new Worker(program, {
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      // The host's flags are not meant for this thread, and some of VS Code's are not even allowed here.
      execArgv: [],
    });
    this.#calls = new HostCalls(transport);
    const host: HostSide = {
      log: (level, message) => logger[level](message),
      onRequest: (report) => listener?.onRequest(report),
      onModels: () => listener?.onModels(),
      onBudget: (notice) => listener?.onBudget(notice),
      goesDirect: async (origin) => (await import('./host-network.ts')).goesDirect(origin),
      call: (id, request) => this.#calls.call(id, request),
      endCall: (id) => this.#calls.end(id),
    };
    this.functions = openChannel<ThreadSide, HostSide>(this.#worker, host, {
      eventNames: [...THREAD_EVENTS],
    });
    this.#worker.once('error', (error) => this.#die(error, listener));
    this.#worker.once('exit', (code) =>
      this.#die(new Error(`The relay's thread ended (exit code ${code}).`), listener),
    );
    void this.functions.setNetwork(network());
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  async end(): Promise<void> {
    this.#isAlive = false;
    await this.#worker.terminate();
  }

  #die(error: Error, listener: RelayListener | undefined): void {
    this.functions.$close(error);
    this.#calls.endAll();
    if (!this.#isAlive) return;
    this.#isAlive = false;
    listener?.onDeath(error);
  }
}
