/** What a relay needs of its host to serve a team: users, limits, and what it shares with other relays. */
import type { ErrorCode } from '../errors.ts';
import type { HistoryStore } from '../history/store.ts';

/** How a relay serves more than the programs of its own machine. */
export interface GatewayOptions {
  /** Address to listen on. Anything but loopback needs `publicUrls`, and a token or users. Default 127.0.0.1. */
  listen?: string;
  /** Under which addresses clients reach the relay, a proxy's among them: no other Host is answered. Default none. */
  publicUrls?: readonly string[];
  /** Certificate chain and key in PEM: then the relay speaks https. Default: http. */
  tls?: { cert: string; key: string };
  /** Everybody with a token of their own. `token` stays the operator's. Default none. */
  users?: Users;
  /** Health, cool-downs and bindings that other relays share. Default: each relay knows its own. */
  sharedRouting?: SharedRouting;
  /** What `GET /metrics` gives to whoever sends the token. Default: there is no such route. */
  metrics?: { token: string; read(): Promise<{ type: string; body: string }> };
}

/** Who may use the relay. */
export interface Users {
  /**
   * The user whose token this is; undefined for nobody's. The same object as long as nothing about the user changes.
   * @throws RelayError `store_unavailable` where that cannot be known now
   */
  find(token: string): Promise<RelayUser | undefined>;
}

/** One of them, with all that is that user's alone. */
export interface RelayUser {
  /** Unique and lasting: names the user in the ledger and in the log. */
  id: string;
  history: HistoryStore;
  /** Whether the user may use a model, by the upstream's id and its name for the model. */
  mayUse(upstream: string, model: string): boolean;
  /** Asked before a request is sent, beside the relay's own budget. */
  budget: SpendGuard;
  limits: RequestLimits;
}

/** How much may be asked in a while. */
export interface RequestLimits {
  /**
   * Lets one request in, and counts it.
   * @param guessTokens how many tokens its input is, about; asked only where that counts
   * @param maxOutputTokens that the client allows; undefined: it does not say
   * @throws RelayError `rate_limit_exceeded` with the wait, `forbidden` for what no wait cures
   */
  admit(guessTokens: () => number, maxOutputTokens: number | undefined): Promise<Admission>;
}

/** A request that was let in. */
export interface Admission {
  /** It has ended: what it really took counts in the place of the guess. Undefined where nobody knows. */
  settle(tokens: number | undefined): void;
}

/** A change of what relays know of their targets and threads. */
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
  /** Undefined where the trouble is the key's, whatever the model. */
  model?: string | undefined;
  /** Which of its keys, from 0. */
  key: number;
  code: string;
  message: string;
  /** It is not asked before, in milliseconds since the epoch. */
  until: number;
}

/** Where a thread went: `upstream` is its id, `key` counts from 0. */
export interface Binding {
  upstream: string;
  model: string;
  key: number;
}

/** The way to the other relays. What cannot be told or asked now is left out: each relay also works alone. */
export interface SharedRouting {
  tell(change: RoutingChange): void;
  /** From now on, `learn` is called with what others tell, and first with what is known already. */
  listen(learn: (change: RoutingChange) => void): void;
  /** Where another relay bound a thread; undefined where none did, or nobody can say. */
  bindingOf(thread: string): Promise<Binding | undefined>;
}

/** What may be spent. */
export interface SpendGuard {
  /**
   * Resolves where a request to this upstream may be sent.
   * @throws RelayError whose message says what is used up and where it is raised; it reaches the client
   */
  allow(target: { upstream: string; service: string | undefined; model: string }): Promise<void>;
}
