/** What tests of the native road share: a request in two lines, and a stream with readable ids. */
import type { JsonObject } from '../../src/json.ts';
import { BASE_NATIVE, type NativeProfile } from '../../src/translate/native/native-profile.ts';
import { NativeReducer, type NativeReducerOptions } from '../../src/translate/native/native-reducer.ts';
import { type NativeTranslation, toNativeRequest } from '../../src/translate/native/to-native-request.ts';
import type { Profile } from '../../src/translate/profile.ts';
import type { InputItem, ResponseEvent, ResponsesRequest } from '../../src/wire/responses.ts';
import { PLAIN_SEAL, PROFILE, requestOf } from './translating.ts';

/** An endpoint that takes all that OpenAI's own takes. */
export const FULL: Partial<NativeProfile> = {
  customTools: 'keep',
  namespaces: 'keep',
  toolSearch: true,
  additionalTools: true,
  hostedTools: { web_search: [] },
  strictTools: true,
  toolChoices: ['none', 'auto', 'required', 'named', 'allowed_tools'],
  moreItems: ['agent_message', 'web_search_call'],
  nullFields: true,
  phase: true,
  callOrder: 'as-made',
  singlePart: false,
  outputs: 'parts',
  outputImages: 'inline',
  files: 'send',
  lateInstructions: 'keep',
  reasoningIn: 'sealed',
  include: ['reasoning.encrypted_content'],
  verbosity: true,
};

export function translateNative(
  fields: Partial<ResponsesRequest>,
  native: Partial<NativeProfile> = {},
  profile: Partial<Profile> = {},
): NativeTranslation {
  const request = requestOf({ input: 'hello', ...fields });
  return toNativeRequest(request, {
    profile: { ...PROFILE, ...profile },
    native: { ...BASE_NATIVE, ...native },
    model: 'model-1',
    seal: PLAIN_SEAL,
  });
}

/** The items that are sent for these. */
export function inputOf(
  input: readonly InputItem[],
  native: Partial<NativeProfile> = {},
  profile: Partial<Profile> = {},
): JsonObject[] {
  return translateNative({ input }, native, profile).body.input;
}

export interface NativeStreamOptions extends Partial<Omit<NativeReducerOptions, 'native' | 'tools'>> {
  native?: Partial<NativeProfile>;
}

/** A stream for a request; ids count up per prefix: `msg_1`, `fc_1`. */
export function nativeStreamFor(
  fields: Partial<ResponsesRequest> = {},
  { native, ...options }: NativeStreamOptions = {},
): NativeReducer {
  const request = requestOf({ input: 'hello', reasoning: { summary: 'auto' }, ...fields });
  const { tools } = translateNative(request, native);
  const counts = new Map<string, number>();
  return new NativeReducer({
    request,
    profile: PROFILE,
    native: { ...BASE_NATIVE, ...native },
    model: 'model-1',
    tools,
    responseId: 'resp_1',
    newId: (prefix) => {
      const count = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, count);
      return `${prefix}_${count}`;
    },
    now: () => 1_700_000_000,
    seal: PLAIN_SEAL,
    ...options,
  });
}

/** All events of a stream that gets these and then ends. */
export function eventsOf(stream: NativeReducer, events: readonly JsonObject[]): ResponseEvent[] {
  return [...stream.start(), ...events.flatMap((event) => stream.feed(event)), ...stream.finish()];
}
