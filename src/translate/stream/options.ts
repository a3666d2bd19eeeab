/** What an answer is read with. */
import type { ResponsesRequest } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import type { ReasoningSeal } from '../reasoning/reasoning.ts';
import type { CallIdPrefix } from '../tools/kinds/index.ts';
import type { ToolTable } from '../tools/table.ts';
import type { FrameOptions } from './response-frame.ts';

export type ItemIdPrefix =
  | ('msg' | 'rs' | 'cmp' | 'call' | CallIdPrefix)
  /** Of what a provider did itself. */
  | ('ws' | 'fs' | 'ci' | 'ig' | 'mcpl' | 'mcp' | 'mcpr');

export interface AnswerOptions {
  request: ResponsesRequest;
  profile: Profile;
  /** The provider's model name; reasoning is tagged with it. */
  model: string;
  /** Of the same request's `toChatRequest`. */
  tools: ToolTable;
  /** A new unique id, e.g. `msg_...`: Codex keeps ids only under the API's own prefixes. */
  newId: (prefix: ItemIdPrefix) => string;
  /** Codex gets errors under the codes that it understands, and summaries where it asks. Default: false. */
  isCodex?: boolean;
  /** Whether calls that the model wrote into its text become calls (see `healing/healer.ts`). Default: true. */
  heal?: boolean;
  /**
   * Whether the text may wait until it is known what of it is thinking: nobody reads along, or the model is known
   * not to mark where its thinking begins. Default: for models whose name says that they think.
   */
  mayWait?: boolean;
  /** Default: reasoning items carry no `encrypted_content`. */
  seal?: ReasoningSeal | undefined;
}

export interface ReducerOptions extends AnswerOptions, FrameOptions {
  /** Tokens that the model has room for, where that is known for certain. */
  contextWindow?: number | undefined;
  /** Takes secrets out of what the provider said. Default: it is shown as it is. */
  redact?: (text: string) => string;
}
