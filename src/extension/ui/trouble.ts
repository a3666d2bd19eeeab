/** Decides what a failed request is about and what cures it; other files show and do it. */
import type { RequestReport } from '../../relay/options.ts';
import { type ChoosableProvider, isOnThisMachine } from '../choosable-provider.ts';

/** Kinds of failures, as the setting `mutedNotifications` names them. */
export const TROUBLE_KINDS = [
  'key',
  'quota',
  'rateLimit',
  'model',
  'contextLength',
  'unreachable',
  'brokenAnswer',
  'refusedRequest',
  'refusedClient',
] as const;
export type TroubleKind = (typeof TROUBLE_KINDS)[number];

/** What the buttons of a message about a failure do. */
export type TroubleCure =
  | 'setKey'
  | 'openAccount'
  | 'selectModel'
  | 'selectProvider'
  | 'copyCompact'
  | 'startServer'
  | 'test'
  | 'editAddress'
  | 'setUpCodex'
  | 'copyReport';

/** What a failure is called in settings, and what helps against it. */
export interface Trouble {
  kind: TroubleKind;
  /** The best first. */
  cures: readonly TroubleCure[];
}

const BY_CODE: Readonly<Record<string, Trouble>> = {
  upstream_unauthorized: { kind: 'key', cures: ['setKey', 'selectProvider'] },
  forbidden: { kind: 'key', cures: ['selectProvider', 'setKey'] },
  insufficient_quota: { kind: 'quota', cures: ['selectProvider', 'openAccount'] },
  rate_limit_exceeded: { kind: 'rateLimit', cures: ['selectProvider'] },
  server_is_overloaded: { kind: 'rateLimit', cures: ['selectProvider', 'test'] },
  model_not_found: { kind: 'model', cures: ['selectModel', 'selectProvider'] },
  context_length_exceeded: { kind: 'contextLength', cures: ['copyCompact', 'selectModel'] },
  upstream_unreachable: {
    kind: 'unreachable',
    cures: ['startServer', 'editAddress', 'test', 'selectProvider'],
  },
  not_found: { kind: 'unreachable', cures: ['editAddress', 'selectProvider'] },
  upstream_stalled: { kind: 'brokenAnswer', cures: ['test', 'selectProvider'] },
  upstream_error: { kind: 'brokenAnswer', cures: ['test', 'selectProvider'] },
  unauthorized: { kind: 'refusedClient', cures: ['setUpCodex'] },
};
const ANY_OTHER: Trouble = { kind: 'refusedRequest', cures: ['copyReport', 'selectProvider'] };
/** As many as a message has room for next to its other buttons. */
const MOST_CURES = 2;

/** @param provider the one that failed; undefined if it no longer exists */
export function troubleOf(code: string, provider: ChoosableProvider | undefined): Trouble {
  const { kind, cures } = Object.hasOwn(BY_CODE, code) ? (BY_CODE[code] ?? ANY_OTHER) : ANY_OTHER;
  const isPossible: Partial<Record<TroubleCure, boolean>> = {
    setKey: provider !== undefined && provider.onlyIn === undefined,
    openAccount: provider?.keyUrl !== undefined,
    selectModel: provider !== undefined,
    startServer: provider?.startCommand !== undefined && isOnThisMachine(provider.baseUrl),
    test: provider !== undefined,
    editAddress: provider?.custom === true && !isOnThisMachine(provider.baseUrl),
  };
  return { kind, cures: cures.filter((cure) => isPossible[cure] !== false).slice(0, MOST_CURES) };
}

/**
 * Two failures with the same key are the same to the user: provider, code and the words of the message, without numbers
 * and ids, which differ each time.
 */
export function failureKey({ provider, upstreamModel, error }: RequestReport): string {
  const words = (error?.message ?? '').match(/(?<![\w-])[A-Za-z']{2,}(?![\w-])/g) ?? [];
  const model = error?.code === 'model_not_found' ? upstreamModel : '';
  return [provider, error?.code, model, ...words.slice(0, 20)].join(' ').toLowerCase();
}

/**
 * The current failure: the provider's last finished request, if it failed. Undefined once the provider has answered
 * again.
 * @param reports newest first
 */
export function standingFailure(
  reports: readonly RequestReport[],
  { id, name }: Pick<ChoosableProvider, 'id' | 'name'>,
): RequestReport | undefined {
  const last = reports.find(
    ({ provider, state }) =>
      (provider === id || provider === name) && state !== 'running' && state !== 'cancelled',
  );
  return last?.state === 'failed' ? last : undefined;
}

/** The request that waits for its provider the longest. */
export function longestWait(reports: readonly RequestReport[], now: number): RequestReport | undefined {
  const until = ({ state, waiting }: RequestReport) => (state === 'running' ? (waiting?.until ?? 0) : 0);
  const [longest] = reports.toSorted((one, other) => until(other) - until(one));
  return longest !== undefined && until(longest) > now ? longest : undefined;
}
