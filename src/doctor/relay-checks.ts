/** The doctor's checks of a relay and its provider, over HTTP like any client's requests. */
import type { Answer as HttpAnswer } from '../ask-by-http.ts';
import { OVERRIDES_FILE } from '../codex/overrides.ts';
import { messageOf } from '../errors.ts';
import { asObject, isObject, type Json, type JsonObject, parseObject } from '../json.ts';
import { MODEL_ALIAS } from '../names.ts';
import { impliedName } from '../providers/implied-name.ts';
import { presetById } from '../providers/index.ts';
import { type ListedModel, ownersIn, readModelList } from '../providers/model-list.ts';
import { askRelay, onPort, type PortOwner } from './ask-relay.ts';
import type { Finding } from './finding.ts';
import { smallWindow, tokens } from './window.ts';

/** The relay that the checks ask, and how. */
export interface AskedRelay {
  port: number;
  /** The local token; undefined sends none. */
  token: string | undefined;
  /** The model to ask for. Default: the alias `codex-relay`. */
  model: string | undefined;
  /** Aborts the current check. */
  signal?: AbortSignal | undefined;
}

const LIMIT_MS = 60_000;

/** Whether a relay listens. Some other program on the port is always a problem; no program need not be one. */
export function checkPort(port: number, owner: PortOwner, hasStandIn: boolean): Finding {
  const check = 'port';
  if (owner === 'nobody') {
    const standIn = hasStandIn ? "; one of this command's own stands in for the checks below" : '';
    const found = `no relay listens on 127.0.0.1:${port}${standIn}`;
    const todo = 'Start it before Codex: codex-relay, with the same flags.';
    return { check, state: hasStandIn ? 'attention' : 'problem', found, todo, cure: 'start' };
  }
  if (owner === 'stranger') {
    const todo = 'Choose another port with --port, for --write-config too.';
    return {
      check,
      state: 'problem',
      found: `127.0.0.1:${port} is used by another program`,
      todo,
      cure: 'other-port',
    };
  }
  return { check, state: 'ok', found: `a relay listens on 127.0.0.1:${port}` };
}

/** Whether the relay and Codex have the same token. */
export function checkToken(owner: 'ours' | 'open' | 'other'): Finding {
  const check = 'token';
  if (owner === 'ours') return { check, state: 'ok', found: 'Codex and the relay have the same' };
  if (owner === 'open') {
    const todo = 'Set CODEX_RELAY_TOKEN for the relay and for --write-config to keep other programs out.';
    return {
      check,
      state: 'attention',
      found: 'the relay asks for none: any program here can use it',
      todo,
      cure: 'token',
    };
  }
  const todo =
    'Give both the same: set CODEX_RELAY_TOKEN, start the relay, and run codex-relay --write-config.';
  return {
    check,
    state: 'problem',
    found: 'the relay does not take the token that Codex is told',
    todo,
    cure: 'set-up',
  };
}

/** Whether Codex has a token for a relay that lets in its users only. The token is not tried: the relay may be anyone's. */
export function checkUserToken(token: string | undefined): Finding {
  const check = 'token';
  if (token) {
    const found = "the relay lets in its users only; the doctor does not try Codex's token";
    return { check, state: 'skipped', found };
  }
  const todo = 'Have a token made with codex-relay users add, set CODEX_RELAY_TOKEN, and run --write-config.';
  const found = 'the relay lets in its users only, and Codex is told no token';
  return { check, state: 'problem', found, todo, cure: 'set-up' };
}

const KEY_CODES = ['upstream_unauthorized', 'unauthorized', 'insufficient_quota'];

/** Checks upstream, key and model by means of the provider's list. */
export async function checkModels(relay: AskedRelay): Promise<Finding[]> {
  const list = await listModels(relay);
  const { error } = list;
  if (error && KEY_CODES.includes(error.code)) {
    const todo = 'Set CODEX_RELAY_API_KEY to a valid key of this provider.';
    return [
      { check: 'upstream', state: 'ok', found: 'the provider answers' },
      { check: 'key', state: 'problem', found: error.message, todo, cure: 'key' },
    ];
  }
  if (error?.code === 'upstream_unreachable') {
    return [{ check: 'upstream', state: 'problem', found: error.message }];
  }
  if (error) {
    // Some endpoints have no list of models; the next check tells whether they work.
    return [{ check: 'upstream', state: 'attention', found: error.message }];
  }
  const { length } = list.models;
  return [
    {
      check: 'upstream',
      state: 'ok',
      found: `the provider lists ${length} model${length === 1 ? '' : 's'}`,
    },
    { check: 'key', state: 'ok', found: 'not refused' },
    modelFinding(relay.model ?? MODEL_ALIAS, list),
  ];
}

function modelFinding(name: string, list: RelayList): Finding {
  const check = 'model';
  const found = name === MODEL_ALIAS ? `${MODEL_ALIAS}, which stands for ${list.chosen}` : name;
  const examples = list.models.filter(({ unfit }) => !unfit).map(({ id }) => id);
  const has =
    examples.length > 0 ? `The provider has, among others: ${examples.slice(0, 5).join(', ')}.` : '';
  if (name === MODEL_ALIAS && list.chosen === undefined) {
    const nothing = `${MODEL_ALIAS} stands for no model: none is chosen, and the provider lists none that calls tools`;
    return { check, state: 'problem', found: nothing, todo: 'Name one with --model.', cure: 'model' };
  }
  const model = servedModel(name, list);
  if (model?.unfit) {
    const todo = `Codex needs a model that calls tools. ${has}`.trimEnd();
    return {
      check,
      state: 'attention',
      found: `${found}: by the provider's word it calls no tools`,
      todo,
      cure: 'model',
    };
  }
  if (model !== undefined || name === MODEL_ALIAS) return { check, state: 'ok', found };
  return {
    check,
    state: 'attention',
    found: `${name} is not in the provider's list`,
    ...(has && { todo: has }),
    cure: 'model',
  };
}

/** The model that a name stands for, by the relay's rule. */
function servedModel(name: string, { models, chosen }: RelayList): OwnedModel | undefined {
  const wanted = name === MODEL_ALIAS ? chosen : name;
  if (wanted === undefined) return undefined;
  return models.find(({ id }) => id === wanted) ?? models.find((model) => isMeant(wanted, model));
}

/**
 * With several upstreams the relay lists `id/model` but also accepts bare names; with one upstream it is the reverse.
 */
function isMeant(name: string, { id, owner }: OwnedModel): boolean {
  const names = [name, `${id.split('/', 1)[0]}/${name}`];
  if (name.startsWith(`${owner}/`)) names.push(name.slice(owner.length + 1));
  const { impliedTag } = presetById(owner) ?? {};
  return names.some((one) => impliedName(one, [{ id }], impliedTag) !== undefined);
}

/**
 * Checks whether the model's window is large enough for Codex. Comes after an answer, because the model is loaded then
 * and its server may tell the window in force. Finds nothing if nobody can be asked.
 */
export async function checkWindow(relay: AskedRelay): Promise<Finding[]> {
  const check = 'window';
  const list = await listModels(relay);
  const served = servedModel(relay.model ?? MODEL_ALIAS, list);
  if (served === undefined) return [];
  const small = smallWindow(served, served.owner);
  if (small !== undefined) return [{ check, state: 'attention', ...small }];
  const { contextWindow } = served;
  if (contextWindow !== undefined) return [{ check, state: 'ok', found: tokens(contextWindow) }];
  // A hosted service that states no window is no reason to worry, but the user's own server is configured by the user.
  const { server } = presetById(served.owner) ?? {};
  if (server === undefined || server === 'any') return [];
  const todo = `If it is not 128,000 tokens, write it into ${OVERRIDES_FILE} in Codex's folder.`;
  return [
    { check, state: 'attention', found: `nobody tells the one of ${served.id}`, todo, cure: 'write-window' },
  ];
}

/** Asks for one short streamed answer, which costs a few tokens. */
export async function checkAnswer(relay: AskedRelay): Promise<Finding> {
  const check = 'answer';
  const outcome = await respond(relay, { input: 'Answer with the single word OK.' });
  if (typeof outcome === 'string') return { check, state: 'problem', found: outcome };
  const parts = outcome.output.flatMap(({ content }) => objectsIn(content));
  if (parts.some(({ text }) => text !== undefined && text !== ''))
    return { check, state: 'ok', found: `a streamed answer arrived, by ${outcome.road}` };
  return { check, state: 'problem', found: 'the streamed answer was empty' };
}

/** The first tool that Codex offers. The doctor never runs what the model calls. */
const TOOL = {
  type: 'function',
  name: 'exec_command',
  description: 'Runs a command in a shell.',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
  strict: false,
};

/** Asks for one tool call, on which everything in Codex depends. */
export async function checkToolCall(relay: AskedRelay): Promise<Finding> {
  const check = 'tool call';
  const input = 'Call the tool exec_command with the command "echo ok". Do not answer with text.';
  const outcome = await respond(relay, { input, tools: [TOOL] });
  if (typeof outcome === 'string') return { check, state: 'problem', found: outcome };
  if (outcome.output.some(({ type, name }) => type === 'function_call' && name === TOOL.name)) {
    return { check, state: 'ok', found: `the model called a tool, by ${outcome.road}` };
  }
  const todo =
    'Codex needs a model that calls tools. Choose another, or switch tools on in the model server.';
  return {
    check,
    state: 'problem',
    found: 'the model answered without calling the tool',
    todo,
    cure: 'model',
  };
}

/** What the doctor reads from a finished response. */
interface Answer {
  output: JsonObject[];
  /** The API that was spoken to the provider, in words. */
  road: string;
}

/** The finished response, or a sentence that says why there is none. */
async function respond({ port, token, model, signal }: AskedRelay, body: object): Promise<Answer | string> {
  try {
    const { status, headers, text } = await askRelay(onPort(port), '/v1/responses', {
      token,
      body: JSON.stringify({ model: model ?? MODEL_ALIAS, stream: true, store: false, ...body }),
      signal: within(LIMIT_MS, signal),
    });
    return status === 200 ? readStream(text, roadOf(headers)) : errorIn(text).message;
  } catch (error) {
    return `no answer: ${messageOf(error)}`;
  }
}

/** The relay says it in headers; older relays spoke only Chat Completions. */
function roadOf(headers: HttpAnswer['headers']): string {
  if (headers['x-codex-relay-wire'] !== 'responses') return 'Chat Completions';
  const repairs = String(headers['x-codex-relay-repairs'] || 'none');
  return `the provider's own Responses API (repairs: ${repairs.split(/, */).join(', ')})`;
}

/** Reads the last event. */
function readStream(text: string, road: string): Answer | string {
  const data = text.split('\n').filter((row) => row.startsWith('data: {'));
  const { type, response } = parseObject(data.at(-1)?.slice('data: '.length) ?? '') ?? {};
  const { output, error } = asObject(response) ?? {};
  if (type === 'response.completed') return { output: objectsIn(output), road };
  const message = asObject(error)?.['message'];
  return typeof message === 'string' ? message : 'the stream ended without an answer';
}

function objectsIn(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

interface OwnedModel extends ListedModel {
  /** Id of the preset whose model it is. */
  owner: string;
}

/** What a relay lists. */
interface RelayList {
  models: readonly OwnedModel[];
  /** What the alias stands for. */
  chosen: string | undefined;
  /** Why there are no models. */
  error?: { code: string; message: string };
}

async function listModels({ port, token, signal }: AskedRelay): Promise<RelayList> {
  const none = { models: [], chosen: undefined };
  try {
    const asked = { token, signal: within(LIMIT_MS, signal) };
    const { status, text } = await askRelay(onPort(port), '/v1/models', asked);
    if (status !== 200) return { ...none, error: errorIn(text) };
    const { data, chosen } = parseObject(text) ?? {};
    const models = objectsIn(data).flatMap((entry) => {
      const [owner = ''] = ownersIn([entry]);
      return readModelList([entry]).map((model) => ({ ...model, owner }));
    });
    return { models, chosen: typeof chosen === 'string' ? chosen : undefined };
  } catch (error) {
    return { ...none, error: { code: '', message: `no answer: ${messageOf(error)}` } };
  }
}

function within(limitMs: number, signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(limitMs);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}

/** The error in a relay's answer; the text itself if it is not in the relay's envelope. */
function errorIn(text: string): { code: string; message: string } {
  const { code, message } = asObject(parseObject(text)?.['error']) ?? {};
  if (typeof message !== 'string') return { code: '', message: text.slice(0, 200) };
  return { code: typeof code === 'string' ? code : '', message };
}
