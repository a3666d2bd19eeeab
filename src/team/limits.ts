/**
 * How many requests and tokens a user may ask for in a minute, over all relays that share a store. The tokens of a
 * request are only known at its end: until then a guess counts, which the real number then replaces.
 */
import {
  type RateLimiterAbstract,
  RateLimiterMemory,
  RateLimiterRedis,
  RateLimiterRes,
} from 'rate-limiter-flexible';
import { RelayError } from '../errors.ts';
import type { Connection } from '../redis/connection.ts';
import type { RequestLimits } from '../relay/gateway-options.ts';
import type { UserRecord } from './user-records.ts';

const MINUTE_S = 60;
/** For a client that sets no limit, before its first answer. */
const FIRST_GUESS = 500;
/** The weight of each answer in the guess for the next. */
const LATEST_SHARE = 0.3;

/** @param connection undefined: this relay counts alone */
export function limitsFor(user: UserRecord, connection: Connection | undefined): RequestLimits {
  const { id, requestsPerMinute, tokensPerMinute } = user;
  const requests = limiter('requests', requestsPerMinute, connection);
  const tokens = limiter('tokens', tokensPerMinute, connection);
  let usualOutput = FIRST_GUESS;
  return {
    async admit(guessTokens, maxOutputTokens) {
      if (requests !== undefined) await take(requests, id, 1, `${requestsPerMinute} requests`);
      if (tokens === undefined) return { settle: () => {} };
      const input = guessTokens();
      const guess = input + Math.min(maxOutputTokens ?? usualOutput, tokensPerMinute);
      if (input > tokensPerMinute) throw tooLarge(id, input, tokensPerMinute);
      const reserved = Math.max(1, Math.min(guess, tokensPerMinute));
      const settled = await reserve(tokens, id, reserved, `${tokensPerMinute} tokens`);
      return {
        settle(used, besides = 0) {
          if (used !== undefined && used > 0) {
            const output = Math.max(0, used - input);
            usualOutput = Math.ceil(usualOutput * (1 - LATEST_SHARE) + output * LATEST_SHARE);
          }
          settled.settle((used ?? reserved) + besides);
        },
      };
    },
  };
}

function limiter(
  what: string,
  points: number,
  connection: Connection | undefined,
): RateLimiterAbstract | undefined {
  if (points === 0) return undefined;
  const options = { points, duration: MINUTE_S };
  const alone = new RateLimiterMemory(options);
  if (connection === undefined) return alone;
  return new RateLimiterRedis({
    ...options,
    storeClient: connection.client,
    keyPrefix: `codex-relay:${what}`,
    rejectIfRedisNotReady: true,
    // While the store cannot be reached, each relay counts for itself, so that Codex can go on.
    insuranceLimiter: alone,
  });
}

/** @throws RelayError `rate_limit_exceeded` with the wait */
async function take(
  from: RateLimiterAbstract,
  id: string,
  points: number,
  what: string,
): Promise<RateLimiterRes> {
  try {
    return await from.consume(id, points);
  } catch (rejection) {
    if (!(rejection instanceof RateLimiterRes)) throw rejection;
    const seconds = Math.max(1, Math.ceil(rejection.msBeforeNext / 1000));
    const message = `${id} has used up the ${what} a minute, so nothing was sent: try again in ${seconds} s.`;
    throw new RelayError('rate_limit_exceeded', message, { retryAfterSeconds: seconds });
  }
}

interface Reservation {
  settle(used: number): void;
}

async function reserve(
  from: RateLimiterAbstract,
  id: string,
  points: number,
  what: string,
): Promise<Reservation> {
  const before = performance.now();
  try {
    const { msBeforeNext } = await take(from, id, points, what);
    const windowEnds = before + msBeforeNext;
    return { settle: (used) => settle(from, id, points, used, performance.now() < windowEnds) };
  } catch (error) {
    // The library counts even what it refuses, which must not keep smaller requests out.
    if (error instanceof RelayError) await from.reward(id, points);
    throw error;
  }
}

/** @param isSameMinute tokens must not be given back in a later minute, which would then have too many */
function settle(
  from: RateLimiterAbstract,
  id: string,
  reserved: number,
  used: number,
  isSameMinute: boolean,
): void {
  const more = used - reserved;
  const change =
    more > 0 ? from.penalty(id, more) : more < 0 && isSameMinute ? from.reward(id, -more) : undefined;
  // The answer has already been given, so a failure to count must not affect it.
  change?.catch(() => undefined);
}

function tooLarge(id: string, tokens: number, limit: number): RelayError {
  const message = `This request has about ${tokens} tokens, and ${id} may use ${limit} a minute: send less, or ask whoever runs the relay.`;
  return new RelayError('forbidden', message);
}
