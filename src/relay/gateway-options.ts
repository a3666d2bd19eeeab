/** What a relay needs from its host to serve a team: users, limits, and what it shares with other relays. */
import type { ErrorCode } from '../errors.ts';
import type { HistoryStore } from '../history/store.ts';

/** How a relay serves more than the programs of its own machine. */
export interface GatewayOptions {
  /** Address to listen on. Anything but loopback needs `publicUrls`, and a token or users. Default 127.0.0.1. */
  listen?: string;
  /**
   * The addresses under which clients reach the relay, including a proxy's: no other Host is answered. Default none.
   */
  publicUrls?: readonly string[];
  /** Certificate chain and key in PEM, for https. Default: http. */
  tls?: { cert: string; key: string };
  /** The people with tokens of their own; `token` remains the operator's. Default none. */
  users?: Users;
  /** Shares health, cool-downs and bindings with other relays. Default: each relay knows only its own. */
  sharedRouting?: SharedRouting;
  /** What `GET /metrics` returns to whoever sends the token. Default: no such route. */
  metrics?: { token: string; read(): Promise<{ type: string; body: string }> };
}

/** Who may use the relay. */
export interface Users {
  /**
   * The user with this token; undefined if nobody has it. The same object as long as nothing about the user changes.
   * @throws RelayError `store_unavailable` where that cannot be known now
   */
  find(token: string): Promise<RelayUser | undefined>;
}

/** One user, with everything that belongs to that user alone. */
export interface RelayUser {
  /** Unique and permanent; names the user in the ledger and in the log. */
  id: string;
  history: HistoryStore;
  /** Whether the user may use a model, by the upstream's id and its name for the model. */
  mayUse(upstream: string, model: string): boolean;
  /** Asked before a request is sent, in addition to the relay's own budget. */
  budget: SpendGuard;
  limits: RequestLimits;
}

/** Limits how much may be asked within a period. */
export interface RequestLimits {
  /**
   * Lets one request in, and counts it.
   * @param guessTokens roughly how many tokens its input has; called only where that matters
   * @param maxOutputTokens allowed by the client; undefined if it does not say
   * @throws RelayError `rate_limit_exceeded` with the wait, `forbidden` for what no wait cures
   */
  admit(guessTokens: () => number, maxOutputTokens: number | undefined): Promise<Admission>;
}

/** A request that was let in. */
export interface Admission {
  /**
   * The request has ended: what it really took replaces the guess, which stands if nobody knows (undefined).
   * @param besides tokens on top of that, which targets took that were passed over or that described images; default 0
   */
  settle(tokens: number | undefined, besides?: number): void;
}

/** A change in what relays know about targets and threads. */
export type RoutingChange =
  | { kind: 'trouble'; key: string; trouble: Trouble | null }
  | { kind: 'binding'; thread: string; binding: Binding }
  | { kind: 'reset' };

/** Why a target is passed over, and until when. */
export interface Trouble extends TargetState {
  code: ErrorCode;
  /** Failures in a row. */
  failures: number;
}

/** A target that is in trouble. */
export interface TargetState {
  /** The upstream's id. */
  upstream: string;
  /** Undefined where the trouble is with the key, whatever the model. */
  model?: string | undefined;
  /** Which of the upstream's keys, from 0. */
  key: number;
  code: string;
  message: string;
  /** When it may be asked again, in milliseconds since the epoch. */
  until: number;
}

/** Where a thread went: `upstream` is its id, `key` counts from 0. */
export interface Binding {
  upstream: string;
  model: string;
  key: number;
}

/**
 * The connection to the other relays. What cannot be told or asked right now is skipped: each relay also works alone.
 */
export interface SharedRouting {
  tell(change: RoutingChange): void;
  /** From now on, calls `learn` with what other relays tell, starting with what is already known. */
  listen(learn: (change: RoutingChange) => void): void;
  /** Where another relay bound a thread; undefined where none did or that cannot be known. */
  bindingOf(thread: string): Promise<Binding | undefined>;
}

/** Decides what may be spent. */
export interface SpendGuard {
  /**
   * Resolves if a request to this upstream may be sent.
   * @throws RelayError whose message tells the client what is used up and where to raise it
   */
  allow(target: { upstream: string; service: string | undefined; model: string }): Promise<void>;
}
