/**
 * What the extension and the relay's thread ask of each other. The thread keeps answering while an extension blocks
 * the host that all extensions share. Everything that passes is plain data; errors keep their codes and causes.
 */
import type { Logger } from '../../logger.ts';
import type { ListedModel } from '../../providers/model-list.ts';
import type { RequestReport, ServedUpstream, UpstreamOptions } from '../../relay/options.ts';
import type { UpstreamRequest } from '../../relay/transport.ts';
import type { Balance } from '../../relay/upstream/balance.ts';
import type { BudgetNotice } from '../../usage/budget.ts';
import type { ModelPrice, PricedModel } from '../../usage/model-price.ts';
import type { OverviewData } from '../../usage/overview.ts';
import type { RoutingPlan, ServerPlan } from '../relay/controller.ts';
import type { BoardEntry } from '../relay/target-board.ts';

/** What a relay needs to start. */
export interface Launch {
  server: ServerPlan;
  routing: RoutingPlan;
  /** The file that remembers which target each of Codex's threads is bound to. */
  bindingsFile: string;
  /** Where counts of requests are kept. */
  usageFolder: string;
}

/** What came of asking a provider for a short answer. */
export interface ConnectionAnswer {
  model: string;
  milliseconds: number;
}

/** VS Code's settings for the network, and those of the environment. */
export interface NetworkSettings {
  /** False if VS Code's proxy support is switched off, so that no proxy may be used. */
  usesProxy: boolean;
  httpProxy: string | undefined;
  httpsProxy: string | undefined;
  noProxy: string | undefined;
  /** Whether the operating system's certificates are trusted, in addition to Node's own. */
  usesSystemCertificates: boolean;
  /** The setting, if any, that only VS Code's own requests can follow, in words; undefined if there is none. */
  onlyByHost: string | undefined;
}

/** What the thread does for the extension. */
export interface ThreadSide {
  /** @returns the URL of the relay, which now runs; a thread runs at most one */
  launch(launch: Launch): Promise<string>;
  serve(routing: RoutingPlan): void;
  catalog(): readonly ServedUpstream[];
  learnModels(ids: readonly string[]): Promise<void>;
  targets(): readonly BoardEntry[];
  resetTargets(): void;
  clearHistory(): Promise<void>;
  /** Frees the port at once; resolves when running answers have ended. */
  drain(): Promise<void>;
  stop(): Promise<void>;
  setNetwork(settings: NetworkSettings): void;
  listModels(upstream: UpstreamOptions): Promise<readonly ListedModel[]>;
  askCatalog(routing: RoutingPlan): Promise<ServedUpstream[]>;
  askForAnswer(upstream: UpstreamOptions, question: number): Promise<ConnectionAnswer>;
  /** What is left on the account of its first key. */
  askBalance(upstream: UpstreamOptions): Promise<Balance>;
  /** What each model costs, in the same order. */
  pricesOf(models: readonly PricedModel[]): Promise<ModelPrice[]>;
  /** What the ledger in this folder has for the last days, including today. */
  usage(folder: string, days: number, isFresh: boolean): Promise<OverviewData>;
  /** Aborts the question with this number. */
  giveUp(question: number): void;
}

/** A request without its signal, which `HostSide.endCall` replaces. */
export type HostCall = Omit<UpstreamRequest, 'signal'>;

/** A reply as it passes between threads. */
export interface HostReply {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: ReadableStream<Uint8Array>;
}

/** What the extension does for the thread. */
export interface HostSide {
  log(level: keyof Logger, message: string): void;
  onRequest(report: RequestReport): void;
  onModels(): void;
  onBudget(notice: BudgetNotice): void;
  /** Whether VS Code would send requests to this origin without a proxy. */
  goesDirect(origin: string): Promise<boolean>;
  /** Sends a request as VS Code does. The body of the reply is transferred to the thread. */
  call(id: number, request: HostCall): Promise<HostReply>;
  endCall(id: number): void;
}

/** Functions of the host for whose end the thread does not wait. */
export const HOST_EVENTS = [
  'log',
  'onRequest',
  'onModels',
  'onBudget',
  'endCall',
] as const satisfies (keyof HostSide)[];

/** Nobody waits for these: they have no result, and the end of a thread is reported elsewhere. */
export const THREAD_EVENTS = ['setNetwork', 'giveUp'] as const satisfies (keyof ThreadSide)[];
