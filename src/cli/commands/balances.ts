/** `codex-relay usage --balance`: what providers say is left on accounts. No other command asks for that. */
import { messageOf } from '../../errors.ts';
import { accountBalance } from '../../index.ts';
import type { RelayOptions, UpstreamOptions } from '../../relay/options.ts';
import { resolveProvider } from '../../relay/routing/provider.ts';
import { UsageError } from '../errors.ts';
import type { Command } from '../invocation.ts';
import { readProxy } from '../proxy.ts';
import { servedUpstreams } from '../upstreams.ts';
import { type AskedBalance, balancesAsJson, balancesAsText } from '../usage-report/balances.ts';

/** Exit code 1 if one of them told nothing. */
export const balances: Command = async (invocation) => {
  const { settings, environment, logger, print } = invocation;
  if (settings.csv) throw new UsageError('--balance has no --csv: use --json');
  const proxy = readProxy(environment, logger);
  const { upstreams } = servedUpstreams(invocation, environment);
  const asked = await Promise.all(
    upstreams.map((upstream) => ask(upstream, { ...(proxy && { proxy }), logger })),
  );
  print(settings.json ? balancesAsJson(asked) : balancesAsText(asked));
  return asked.some(({ told }) => typeof told === 'string') ? 1 : 0;
};

async function ask(
  upstream: UpstreamOptions,
  options: Pick<RelayOptions, 'proxy' | 'logger'>,
): Promise<AskedBalance> {
  const { id, profile } = resolveProvider(upstream);
  const told = await accountBalance({ ...upstream, ...options }).catch(messageOf);
  return { id, name: profile.name, told };
}
