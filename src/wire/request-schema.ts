/**
 * Checks a request body: strictly enough that the translator can trust its types, but leniently where it does not care.
 * Null always counts as absent, because many clients write out every field of their types.
 */
import * as z from 'zod/mini';
import { RelayError } from '../errors.ts';
import { isObject } from '../json.ts';
import type { ResponsesRequest, Tool } from './responses.ts';

const nullish = <T extends z.ZodMiniType>(type: T) => z.optional(z.nullable(type));
const text = nullish(z.string());
const number = nullish(z.number());
const flag = nullish(z.boolean());
const object = z.record(z.string(), z.any());

const part = z.looseObject({
  type: z.string(),
  text,
  refusal: text,
  image_url: nullish(z.union([z.string(), z.looseObject({ url: z.string() })])),
  detail: text,
  filename: text,
  encrypted_content: text,
});

const tool: z.ZodMiniType = z.looseObject({
  type: z.string(),
  name: text,
  description: text,
  parameters: nullish(object),
  strict: flag,
  format: nullish(z.looseObject({ type: z.string(), syntax: text, definition: text })),
  get tools() {
    return nullish(z.array(tool));
  },
});

const item = z.looseObject({
  type: text,
  id: text,
  role: text,
  content: nullish(z.union([z.string(), z.array(part)])),
  call_id: text,
  name: text,
  namespace: text,
  input: text,
  summary: nullish(z.array(part)),
  encrypted_content: text,
  author: text,
  recipient: text,
  tools: nullish(z.array(tool)),
});

const toolReference = z.looseObject({ type: z.string(), name: text });

const body = z.looseObject({
  model: z.string().check(z.minLength(1, 'must name a model')),
  input: z.union([
    z.string().check(z.minLength(1, 'must not be empty')),
    z.array(item).check(z.minLength(1, 'must not be empty')),
  ]),
  instructions: text,
  stream: flag,
  tools: nullish(z.array(tool)),
  tool_choice: nullish(
    z.union([
      z.enum(['none', 'auto', 'required']),
      z.looseObject({
        type: z.string(),
        name: text,
        mode: text,
        tools: nullish(z.array(toolReference)),
      }),
    ]),
  ),
  parallel_tool_calls: flag,
  reasoning: nullish(z.looseObject({ effort: text, summary: text })),
  text: nullish(
    z.looseObject({
      format: nullish(z.looseObject({ type: z.string(), name: text, schema: nullish(object) })),
      verbosity: text,
    }),
  ),
  max_output_tokens: nullish(z.number().check(z.positive())),
  max_tool_calls: number,
  temperature: number,
  top_p: number,
  presence_penalty: number,
  frequency_penalty: number,
  top_logprobs: number,
  truncation: text,
  store: flag,
  background: flag,
  include: nullish(z.array(z.string())),
  metadata: nullish(object),
  previous_response_id: text,
  prompt_cache_key: text,
  safety_identifier: text,
  service_tier: text,
});

/** The fields of a request that mean something here or are known not to matter to a model. */
export const REQUEST_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(body.shape),
  'client_metadata',
  'stream_options',
]);

/** The same for items of any kind. */
export const ITEM_FIELDS: ReadonlySet<string> = new Set([
  ...Object.keys(item.shape),
  'status',
  'phase',
  'arguments',
  'output',
  'action',
  'execution',
]);

/** Far beyond any real schema or history, and far below what recursive code can handle. */
const MAX_DEPTH = 500;

/**
 * The body as a typed request.
 * @throws RelayError `invalid_request`, whose `param` names the first field that is wrong.
 */
export function parseRequest(value: unknown): ResponsesRequest {
  if (isDeeperThan(MAX_DEPTH, value)) {
    throw new RelayError('invalid_request', 'The request body is nested too deeply.');
  }
  refuseKeptState(value);
  const checked = body.safeParse(value);
  if (!checked.success) throw invalidField(checked.error.issues[0], value);
  const request = value as ResponsesRequest;
  checkTools(request.tools ?? [], 'tools');
  if (request.background) {
    throw new RelayError(
      'invalid_request',
      'background: the relay answers no request in the background. Leave it out; with "stream": true the connection stays open for as long as the answer takes.',
      { param: 'background' },
    );
  }
  return request;
}

/** State that OpenAI keeps for its clients. Ignoring it would change the answer, so it is refused. */
const KEPT_STATE = {
  conversation: 'conversations are not kept here; send previous_response_id, or the whole input',
  prompt: 'prompt templates are not kept here; send the text itself, as instructions and input',
} as const;

function refuseKeptState(value: unknown): void {
  for (const [param, reason] of Object.entries(KEPT_STATE)) {
    if (!isObject(value) || (value[param] ?? null) === null) continue;
    throw new RelayError('invalid_request', `${param}: ${reason}.`, { param });
  }
}

function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  // A body has thousands of values, and making a list for each object would take half of the time.
  for (const key in value) if (isDeeperThan(levels - 1, Reflect.get(value, key))) return true;
  return false;
}

type Issue = z.core.$ZodIssue | undefined;

function invalidField(issue: Issue, value: unknown): RelayError {
  const deepest = issue === undefined ? undefined : deepestIssue(issue);
  const param = pathText(deepest?.path ?? []);
  if (param === '') {
    return new RelayError('invalid_request', 'The request body must be a JSON object.');
  }
  const missing = deepest !== undefined && valueAt(value, deepest.path) === undefined;
  const reason = missing ? 'is required' : (deepest?.message ?? 'is invalid');
  return new RelayError('invalid_request', `${param}: ${reason}.`, { param });
}

interface DeepIssue {
  code: string | undefined;
  path: PropertyKey[];
  message: string;
}

/** In a union, the branch that got furthest tells best what is wrong. */
function deepestIssue(issue: z.core.$ZodIssue, base: PropertyKey[] = []): DeepIssue {
  const path = [...base, ...issue.path];
  if (issue.code !== 'invalid_union') return { code: issue.code, path, message: reasonOf(issue) };
  let deepest: DeepIssue = { code: issue.code, path, message: 'has the wrong type' };
  for (const branch of issue.errors) {
    const first = branch[0];
    if (first === undefined) continue;
    const candidate = deepestIssue(first, path);
    const isBetter = candidate.path.length > deepest.path.length || candidate.code === 'too_small';
    if (isBetter) deepest = candidate;
  }
  return deepest;
}

function reasonOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `must be of type ${issue.expected}`;
  if (issue.code === 'invalid_value') return `must be one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small' && issue.origin === 'number') return 'must be greater than 0';
  return issue.message;
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((key, at) => (typeof key === 'number' ? `[${key}]` : `${at === 0 ? '' : '.'}${String(key)}`))
    .join('');
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null) return undefined;
    at = Reflect.get(at, key);
  }
  return at;
}

const NAMED_TOOLS = new Set(['function', 'custom', 'namespace']);

function checkTools(tools: readonly Tool[], path: string): void {
  const seen = new Map<string, number>();
  tools.forEach((entry, at) => {
    const param = `${path}[${at}].name`;
    if (!NAMED_TOOLS.has(entry.type)) return;
    if (!entry.name) {
      throw new RelayError('invalid_request', `${param}: a ${entry.type} tool needs a name.`, { param });
    }
    // A namespace is not a tool, and may have the same name as one.
    const identity = entry.type === 'namespace' ? `${entry.name} (namespace)` : entry.name;
    const first = seen.get(identity);
    if (first !== undefined) {
      throw new RelayError('invalid_request', `${param}: ${path}[${first}] has the same name.`, { param });
    }
    seen.set(identity, at);
    if (entry.tools) checkTools(entry.tools, `${path}[${at}].tools`);
  });
}
