/**
 * The relay's life in this window. Commands, settings, keys and other windows only say what is wanted; a single queue
 * carries it out, so that starts and stops never overlap. Knows nothing of VS Code.
 */
import { EventEmitter } from 'node:events';
import { messageOf } from '../../errors.ts';
import type { HistoryLimits } from '../../history/store.ts';
import { codeOf } from '../../node-errors.ts';
import type { AllStandIns, ServedUpstream, UpstreamOptions } from '../../relay/options.ts';
import type { Limit } from '../../usage/budget-limits.ts';
import type { ChoosableProvider } from '../choosable-provider.ts';
import type { KeyStatus } from '../key-store.ts';
import type { UnusableName } from '../stand-ins.ts';
import type { PortOwner } from './port-owner.ts';
import type { BoardEntry } from './target-board.ts';

/** Changes to these need a restart. */
export interface ServerPlan {
  port: number;
  token: string;
  toolDenylist: readonly string[];
  webSocket: boolean;
  /** Whether tool calls that a model writes into its text are read as calls. */
  heal: boolean;
  /** Where history is kept; `undefined`: in memory. */
  historyDir: string | undefined;
  historyLimits: HistoryLimits;
  /** Whether requests are recorded. */
  isUsageKept: boolean;
}

/** These can change while the relay runs. */
export interface RoutingPlan {
  /** Everything that can be served now; each has an `id`. */
  upstreams: readonly UpstreamOptions[];
  /** Id of the chosen one. */
  active: string;
  standIns: AllStandIns;
  budgets: readonly Limit[];
}

/** What settings, keys and workspace currently ask for. */
export type Plan =
  | { kind: 'no-provider' }
  | {
      kind: 'needs-key';
      provider: ChoosableProvider;
      reason: Exclude<KeyStatus, 'present'>;
      server: ServerPlan;
    }
  | {
      kind: 'ready';
      provider: ChoosableProvider;
      routing: RoutingPlan;
      /** Names in the settings that the relay cannot use and ignores. */
      unusable: readonly UnusableName[];
      server: ServerPlan;
    };

type KeylessPlan = Extract<Plan, { kind: 'needs-key' }>;
/** A plan that can be served. */
export type ReadyPlan = Extract<Plan, { kind: 'ready' }>;

/** Why the relay could not start, as data; `describeProblem` puts it into words. */
export type RelayProblem =
  | { code: 'port-in-use'; port: number; owner: PortOwner; holder: string | undefined }
  | { code: 'failed'; message: string };

/** What the relay does in this window. Each kind has only the fields that make sense for it. */
export type RelayState =
  /** `provider` is absent when none is chosen. */
  | { kind: 'stopped'; provider?: ChoosableProvider }
  | { kind: 'starting'; provider: ChoosableProvider }
  | { kind: 'running'; provider: ChoosableProvider; url: string }
  /** Another window serves. */
  | { kind: 'attached'; provider: ChoosableProvider; url: string }
  | { kind: 'needs-key'; provider: ChoosableProvider; reason: Exclude<KeyStatus, 'present'> }
  /** `provider` is absent when the failure came before the provider was known. */
  | { kind: 'error'; provider?: ChoosableProvider; problem: RelayProblem };

/** A relay that this window serves. */
export interface ServedRelay {
  readonly url: string;
  /** Rejects options that cannot be used; nothing has changed then. */
  serve(routing: RoutingPlan): Promise<void>;
  /** Every upstream's models, as far as they are known. */
  catalog(): Promise<readonly ServedUpstream[]>;
  /** Asks upstreams for their models: those with these ids, and those whose list is not known. Never rejects. */
  learnModels(ids: readonly string[]): Promise<void>;
  /** What it serves, and what is in trouble. */
  targets(): Promise<readonly BoardEntry[]>;
  resetTargets(): Promise<void>;
  clearHistory(): Promise<void>;
  stop(): Promise<void>;
}

export interface ControllerParts {
  plan(): Promise<Plan>;
  /** Rejects with the code `EADDRINUSE` when the port is taken. */
  launch(plan: ReadyPlan): Promise<ServedRelay>;
  probe(port: number, token: string): Promise<PortOwner>;
  describeHolder(port: number): Promise<string | undefined>;
  /** Whether a windowless process holds the port until a window comes. */
  isHeldForUs(): boolean;
  /** Asks that process to give up the port. Resolves to whether it did. */
  askBack(port: number, token: string): Promise<boolean>;
  /** Calls back once, after `ms` milliseconds; returns a function that cancels. */
  later(ms: number, callback: () => void): () => void;
}

/** How often an attached window checks that the owner still serves, plus a jitter so that windows do not collide. */
const WATCH_MS = 2000;

/** Emits `state` for each state that is entered, and `launched` before the first `running` of a new relay. */
export class RelayController extends EventEmitter<{ state: [RelayState]; launched: [] }> {
  readonly #parts: ControllerParts;
  #wanted = false;
  #state: RelayState = { kind: 'stopped' };
  #served: { relay: ServedRelay; plan: ReadyPlan } | undefined;
  #tail: Promise<unknown> = Promise.resolve();
  #waiting: Promise<RelayState> | undefined;
  #watching: { cancel?: () => void } | undefined;

  constructor(parts: ControllerParts) {
    super();
    this.#parts = parts;
  }

  get state(): RelayState {
    return this.#state;
  }

  /** The relay that this window serves, if any; it owns the history. */
  get served(): ServedRelay | undefined {
    return this.#served?.relay;
  }

  /** What it serves. */
  get plan(): ReadyPlan | undefined {
    return this.#served?.plan;
  }

  /** Serves or attaches; resolves with the state reached. Never rejects: a failure is a state. */
  start(): Promise<RelayState> {
    this.#wanted = true;
    return this.#settle();
  }

  stop(): Promise<RelayState> {
    this.#wanted = false;
    return this.#settle();
  }

  restart(): Promise<RelayState> {
    this.#wanted = true;
    return this.#enqueue(async () => {
      await this.#close();
      return this.#reconcile();
    });
  }

  /** To be called when settings, keys or trust changed: applies the changes, restarting only if necessary. */
  refresh(): Promise<RelayState> {
    return this.#settle();
  }

  /** A reconciliation that has not begun yet serves everybody who asks in the meantime. */
  #settle(): Promise<RelayState> {
    this.#waiting ??= this.#enqueue(() => {
      this.#waiting = undefined;
      return this.#reconcile();
    });
    return this.#waiting;
  }

  #enqueue(work: () => Promise<RelayState>): Promise<RelayState> {
    const done = this.#tail.then(work).catch((error: unknown) => {
      // An unforeseen failure (of secret storage, for example) is shown, not lost.
      const { provider } = this.#state;
      const problem = { code: 'failed', message: messageOf(error) } as const;
      return this.#enter({ kind: 'error', ...(provider && { provider }), problem });
    });
    this.#tail = done;
    return done;
  }

  async #reconcile(): Promise<RelayState> {
    this.#stopWatching();
    // Stopping needs no plan, and must work even if no plan can be made.
    if (!this.#wanted) await this.#close();
    const plan = await this.#parts.plan();
    if (!this.#wanted || plan.kind === 'no-provider') {
      await this.#close();
      return this.#enter({ kind: 'stopped', ...('provider' in plan && { provider: plan.provider }) });
    }
    if (plan.kind === 'needs-key') return this.#waitForKey(plan);
    if (this.#served && isSame(this.#served.plan.server, plan.server)) {
      if (!isSame(this.#served.plan.routing, plan.routing)) await this.#served.relay.serve(plan.routing);
      this.#served.plan = plan;
      return this.#enter({ kind: 'running', provider: plan.provider, url: this.#served.relay.url });
    }
    await this.#close();
    return this.#open(plan);
  }

  /** In a browser, VS Code shows a new secret only to the window that stored it, which may already be serving. */
  async #waitForKey({ provider, reason, server: { port, token } }: KeylessPlan): Promise<RelayState> {
    await this.#close();
    if ((await this.#parts.probe(port, token)) !== 'ours' || this.#parts.isHeldForUs())
      return this.#enter({ kind: 'needs-key', provider, reason });
    this.#watch(port, token);
    return this.#enter({ kind: 'attached', provider, url: `http://127.0.0.1:${port}` });
  }

  async #open(plan: ReadyPlan, mayAsk = true): Promise<RelayState> {
    const { provider, server } = plan;
    if (mayAsk && this.#state.kind !== 'attached') this.#enter({ kind: 'starting', provider });
    try {
      const relay = await this.#parts.launch(plan);
      this.#served = { relay, plan };
      this.emit('launched');
      return this.#enter({ kind: 'running', provider, url: relay.url });
    } catch (error) {
      if (isPortTaken(error)) {
        const isFree = mayAsk && (await this.#parts.askBack(server.port, server.token));
        return isFree ? this.#open(plan, false) : this.#attachOrComplain(plan);
      }
      const message = messageOf(error);
      return this.#enter({ kind: 'error', provider, problem: { code: 'failed', message } });
    }
  }

  async #attachOrComplain({ provider, server: { port, token } }: ReadyPlan): Promise<RelayState> {
    const owner = await this.#parts.probe(port, token);
    this.#watch(port, token);
    if (owner === 'ours') return this.#enter({ kind: 'attached', provider, url: `http://127.0.0.1:${port}` });
    const holder = await this.#parts.describeHolder(port);
    return this.#enter({ kind: 'error', provider, problem: { code: 'port-in-use', port, owner, holder } });
  }

  /**
   * Watches the port until it changes hands: takes over when its owner is gone, attaches when one of our relays
   * appears.
   */
  #watch(port: number, token: string): void {
    const watching: { cancel?: () => void } = {};
    this.#watching = watching;
    const look = async () => {
      const owner = await this.#parts.probe(port, token);
      if (this.#watching !== watching) return;
      const wasOurs = this.#state.kind === 'attached';
      const isForUs = owner === 'ours' && this.#parts.isHeldForUs();
      if (owner === 'nobody' || isForUs || (owner === 'ours') !== wasOurs) await this.refresh();
      else lookLater();
    };
    const lookLater = () => {
      watching.cancel = this.#parts.later(WATCH_MS * (0.9 + Math.random() * 0.2), () => void look());
    };
    lookLater();
  }

  #stopWatching(): void {
    this.#watching?.cancel?.();
    this.#watching = undefined;
  }

  async #close(): Promise<void> {
    const served = this.#served;
    this.#served = undefined;
    await served?.relay.stop();
  }

  #enter(state: RelayState): RelayState {
    this.#state = state;
    this.emit('state', state);
    return state;
  }
}

/** Works because plans are plain data, always built in the same order. */
function isSame(before: object, after: object): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}

/** Whether the port is taken; a start error may wrap the system's. */
function isPortTaken(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return codeOf(error) === 'EADDRINUSE' || isPortTaken(error.cause);
}
