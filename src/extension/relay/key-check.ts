/** Asks a provider about the key itself, for providers whose model list is public. */

const KEY_CHECK_MS = 10_000;

/** Resolves with what the provider says when it refuses the key; rejects when it cannot be reached. */
export async function refusalOfKey(address: string, key: string): Promise<string | undefined> {
  const reply = await fetch(address, {
    headers: { authorization: `Bearer ${key}` },
    redirect: 'manual',
    signal: AbortSignal.timeout(KEY_CHECK_MS),
  });
  if (reply.status !== 401 && reply.status !== 403) return undefined;
  const said = /"message"\s*:\s*"([^"]{1,300})"/.exec(await reply.text())?.[1];
  return said === undefined
    ? `HTTP ${reply.status}`
    : `${said.replaceAll(key, '[key]')} (HTTP ${reply.status})`;
}
