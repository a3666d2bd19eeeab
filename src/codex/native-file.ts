/**
 * What the user's file says about Responses endpoints, overriding the presets: `codex-relay.native.json` in
 * `CODEX_HOME`. `codex-relay doctor --probe-native` prints such entries.
 */
import * as z from 'zod/mini';
import { NATIVE_FILE } from '../names.ts';
import type { DeepPartial } from '../providers/index.ts';
import { NATIVE_FIELDS, type NativeProfile } from '../translate/native/native-profile.ts';
import { WIRES, type Wire } from '../wire/wire.ts';
import { parseUserFile } from './user-file.ts';

/** For one model, or for all of a provider's. */
export interface NativeEntry {
  wire?: Wire;
  /** What the endpoint takes; see `NativeProfile`. */
  takes?: DeepPartial<NativeProfile>;
}

/** Keyed by `provider/model`, where `*` stands for any characters. */
export type NativeEntries = Readonly<Record<string, NativeEntry>>;

const words = z.array(z.string());
const oneOf = <const T extends readonly [string, ...string[]]>(...values: T) =>
  z.enum(values, `must be one of ${values.join(', ')}`);
const flag = z.boolean('must be true or false');

const takes = z.exactPartial(
  z.strictObject({
    customTools: oneOf('keep', 'text', 'function'),
    customNames: z.nullable(words),
    namespaces: oneOf('keep', 'unique', 'flat'),
    toolSearch: flag,
    additionalTools: flag,
    hostedTools: z.record(z.string(), words),
    strictTools: flag,
    toolChoices: z.array(z.enum(['none', 'auto', 'required', 'named', 'allowed_tools'])),
    moreItems: words,
    itemIds: oneOf('none', 'reasoning', 'all'),
    itemStatus: flag,
    nullFields: flag,
    phase: flag,
    callOrder: oneOf('last', 'as-made'),
    callIds: oneOf('any', 'alnum9', 'max40', 'max64', 'word'),
    singlePart: flag,
    outputs: oneOf('parts', 'text'),
    outputImages: oneOf('inline', 'user-message', 'note'),
    files: oneOf('send', 'note'),
    instructions: oneOf('field', 'message'),
    instructionRole: oneOf('system', 'developer'),
    lateInstructions: oneOf('keep', 'fold', 'user'),
    reasoningIn: oneOf('as-received', 'text', 'sealed', 'text-as-sealed', 'never'),
    effortWithoutReasoning: z.nullable(z.string()),
    efforts: z.nullable(words),
    reasoningSummary: flag,
    fields: z.array(z.enum(NATIVE_FIELDS)),
    include: words,
    storeFalse: flag,
    textFormat: oneOf('json_schema', 'json_schema_only', 'json_object', 'prompt'),
    verbosity: flag,
    serverCalls: words,
    missingTerminal: oneOf('fail', 'complete'),
  } satisfies Record<keyof NativeProfile, z.ZodMiniType>),
);
const entries = z.record(
  z.string().check(z.regex(/^[^/]+\/.+$/, 'must be named provider/model')),
  z.strictObject(
    { wire: z.exactOptional(z.enum(WIRES, `must be ${WIRES.join(' or ')}`)), takes: z.exactOptional(takes) },
    'takes wire and takes, nothing else',
  ),
  'must be an object with one entry a model, named provider/model',
);

/** @throws CodexConfigError that says where the file is wrong */
export function parseNativeEntries(text: string): NativeEntries {
  return parseUserFile(NATIVE_FILE, text, entries);
}
