/**
 * A Responses API request in the form that one provider's own endpoint takes. It is written anew from what is known of
 * each item and field, so that nothing private and nothing unknown goes out.
 */
import type { JsonObject } from '../../json.ts';
import type { ResponsesRequest } from '../../wire/responses.ts';
import { asSummaryRequest } from '../compaction.ts';
import { inputItems, type TranslationOptions } from '../request/to-chat-request.ts';
import type { NativeProfile } from './native-profile.ts';
import { NativeTools } from './native-tools.ts';

export interface NativeOptions extends TranslationOptions {
  native: NativeProfile;
}

/** The request body. */
export interface NativeRequest {
  model: string;
  input: JsonObject[];
  stream: true;
  tools?: readonly JsonObject[];
  [field: string]: unknown;
}

export interface NativeTranslation {
  body: NativeRequest;
  /** Needed again to give calls back in the shape in which their tools were declared. */
  tools: NativeTools;
  /** What was left out or changed that a person may wonder about, as sentences for the log. */
  notes: string[];
}

/** The same request and options give the same bytes, so that prompt caches keep hitting. */
export function toNativeRequest(asked: ResponsesRequest, options: NativeOptions): NativeTranslation {
  const request = asSummaryRequest(asked);
  const { profile, native, model, history = [], toolDenylist = new Set() } = options;
  const items = [...history, ...inputItems(request.input)];
  const tools = new NativeTools(items, request.tools ?? [], profile, native, toolDenylist);
  const body: NativeRequest = { model, input: [], stream: true };
  return { body, tools, notes: [] };
}
