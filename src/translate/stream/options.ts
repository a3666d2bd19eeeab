/** The options for reading an answer. */
import type { ResponsesRequest } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import type { ReasoningSeal } from '../reasoning/reasoning.ts';
import type { CallIdPrefix } from '../tools/kinds/index.ts';
import type { ToolTable } from '../tools/table.ts';
import type { FrameOptions } from './response-frame.ts';

export type ItemIdPrefix =
  | ('msg' | 'rs' | 'cmp' | 'call' | CallIdPrefix)
  /** For items about what a provider did itself. */
  | ('ws' | 'fs' | 'ci' | 'ig' | 'mcpl' | 'mcp' | 'mcpr');

export interface AnswerOptions {
  request: ResponsesRequest;
  profile: Profile;
  /** The provider's model name; reasoning is tagged with it. */
  model: string;
  /** From `toChatRequest` for the same request. */
  tools: ToolTable;
  /** A new unique id, e.g. `msg_...`: Codex keeps ids only under the API's own prefixes. */
  newId: (prefix: ItemIdPrefix) => string;
  /** Codex gets errors under codes that it understands, and summaries only if it asks. Default: false. */
  isCodex?: boolean;
  /** Whether calls that the model wrote into its text become real calls (see `healing/healer.ts`). Default: true. */
  heal?: boolean;
  /**
   * Whether text may be held back until it is known which part is thinking: because nobody is reading along, or because
   * the model is known not to mark where thinking begins. Default: true for models whose names say that they think.
   */
  mayWait?: boolean;
  /** Default: reasoning items carry no `encrypted_content`. */
  seal?: ReasoningSeal | undefined;
}

export interface ReducerOptions extends AnswerOptions, FrameOptions {
  /** Size of the model's context window in tokens, if known for certain. */
  contextWindow?: number | undefined;
  /** Removes secrets from what the provider said. Default: it is shown unchanged. */
  redact?: (text: string) => string;
}
