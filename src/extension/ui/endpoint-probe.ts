/** Finds out about a new endpoint of the user's. No key is sent. */
import { asObject } from '../../json.ts';
import { presetByUrl } from '../../providers/index.ts';
import { serverOf } from '../../providers/model-servers.ts';
import { GENERIC_DIALECT } from '../choosable-provider.ts';
import { askModelServer, type ServerAnswer } from './ask-model-server.ts';

/** What an endpoint's answers revealed. */
export interface ProbedEndpoint {
  /** The address that answered: the one given, or the same with `/v1`. */
  baseUrl: string;
  /** The preset whose dialect it seems to speak. */
  dialect: string;
  /** How the dialect is known: by the address, by the answer, or not at all. */
  knownBy: 'address' | 'answer' | undefined;
  /** Undefined if it did not answer. */
  needsKey: boolean | undefined;
}

const PATIENCE_MS = 4000;

/** Asks for the list of models. Never rejects: an endpoint that does not answer may be off for the moment. */
export async function probeEndpoint(given: string): Promise<ProbedEndpoint> {
  const byAddress = presetByUrl(given).profile.id;
  const known = {
    dialect: byAddress,
    knownBy: byAddress === GENERIC_DIALECT ? undefined : 'address',
  } as const;
  for (const baseUrl of addresses(given)) {
    const answer = await modelList(baseUrl);
    if (answer === undefined) continue;
    if (answer.status === 401 || answer.status === 403) return { ...known, baseUrl, needsKey: true };
    const list = listIn(answer.body);
    if (list === undefined) continue;
    const server = known.knownBy === undefined ? serverOf('any', ownersIn(list)) : undefined;
    if (server === undefined) return { ...known, baseUrl, needsKey: false };
    return { baseUrl, dialect: server.id, knownBy: 'answer', needsKey: false };
  }
  return { ...known, baseUrl: given, needsKey: undefined };
}

/** Many people paste a server's address without the path of its API. */
function addresses(given: string): string[] {
  const { pathname, search } = new URL(given);
  return pathname === '/' && search === '' ? [given, `${given}/v1`] : [given];
}

async function modelList(baseUrl: string): Promise<ServerAnswer | undefined> {
  const url = new URL(baseUrl);
  url.pathname = `${url.pathname.replace(/\/$/, '')}/models`;
  try {
    return await askModelServer(url.href, PATIENCE_MS);
  } catch {
    // There is no server, or it says nothing.
    return undefined;
  }
}

function ownersIn(list: readonly unknown[]): string[] {
  return list.map((entry) => asObject(entry)?.['owned_by']).filter((owner) => typeof owner === 'string');
}

function listIn(body: unknown): readonly unknown[] | undefined {
  const { data, models } = asObject(body) ?? {};
  return [body, data, models].find(Array.isArray);
}
