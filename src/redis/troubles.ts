/** What is wrong between a relay and its store, in words that say what to do about it. */
import { messageOf } from '../errors.ts';
import { codeOf } from '../node-errors.ts';

/** Answers of a server that is starting, stopping or changing roles, or whose keys are moving. */
const PASSING = /^(MOVED|ASK|LOADING|READONLY|MASTERDOWN|CLUSTERDOWN|TRYAGAIN|UNBLOCKED|NOREPLICAS|BUSY)\b/;

/** Whether the store answered that it will not do this, now or later: wrong script, full memory, missing right. */
export function isRefusal(error: unknown): boolean {
  return isReply(error) && !PASSING.test(messageOf(error));
}

/** Whether the answer was to the choice of the database, which the client library ignores and goes on with number 0. */
export function isWrongDatabase(error: unknown): boolean {
  if (!isReply(error)) return false;
  const command: unknown = Reflect.get(error, 'command');
  return typeof command === 'object' && command !== null && Reflect.get(command, 'name') === 'select';
}

/** Whether the client library had no connection for a call, which it says in these words alone. */
export function isLackOfConnection(error: unknown): boolean {
  return messageOf(error).startsWith("Stream isn't writeable");
}

/** Found in code and message, because Sentinels' errors come wrapped in others that have only the message. */
const CAUSES: readonly (readonly [found: RegExp, words: (message: string) => string])[] = [
  [
    /SELF_SIGNED_CERT|self-signed certificate|UNABLE_TO_(VERIFY|GET)_|unable to (verify|get)/,
    () =>
      'its certificate is from an authority that is not trusted here: set NODE_EXTRA_CA_CERTS to a PEM file with that ' +
      "authority's certificate",
  ],
  [/CERT_HAS_EXPIRED|certificate has expired/, () => 'its certificate has expired and must be renewed'],
  [
    /ALTNAME_INVALID|altnames/,
    (message) => `its certificate is for another name, so its address must be written with that: ${message}`,
  ],
  [
    /WRONGPASS|NOAUTH|invalid password/,
    (message) => `user and password in its address (percent-encoded) must be corrected: ${message}`,
  ],
  [
    /^ ?MOVED /,
    () => 'it is a node of a cluster, so its address must begin with redis+cluster:// (rediss+cluster://)',
  ],
  [/cluster support disabled/, () => 'it is no cluster, so its address must begin with redis:// (rediss://)'],
  [
    /unknown command '?`?sentinel/i,
    () => 'it is no Sentinel, and its address must name those, or begin with redis://',
  ],
  [/NOPERM/, (message) => `its user lacks a right, see the ACL in src/team/README.md: ${message}`],
];

/** @param isTls whether the store is spoken to by TLS */
export function troubleWith(error: unknown, isTls: boolean): string {
  // It becomes part of a sentence.
  const message = messageOf(error).replace(/[.:\s]+$/, '');
  if (isWrongDatabase(error)) return `the database of its address cannot be chosen: ${message}`;
  const code = codeOf(error) ?? '';
  if (isTls && code === 'ETIMEDOUT') return `no server answers there, or none that speaks TLS (${message})`;
  const cause = CAUSES.find(([found]) => found.test(`${code} ${message}`));
  return cause === undefined ? message : cause[1](message);
}

function isReply(error: unknown): error is Error {
  return error instanceof Error && error.name === 'ReplyError';
}
