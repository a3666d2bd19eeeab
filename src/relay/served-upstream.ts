/** What a relay tells about an upstream that it serves. */
import type { Preset, WireFacts } from '../providers/index.ts';
import type { ListedModel } from '../providers/model-list.ts';

/** An upstream with its models, as far as they are known. */
export interface ServedUpstream {
  id: string;
  name: string;
  isActive: boolean;
  preset: Preset;
  /** The chosen model. */
  model: string | undefined;
  modelMap: Readonly<Record<string, string>>;
  /** What decides which API is spoken to its models; see `nativeFor`. */
  wires: WireFacts;
  /** The models that it lists; undefined while that is not known. */
  listed: readonly ListedModel[] | undefined;
  /** Set if images are described for those of its models that cannot see. Default false. */
  describesImages?: true;
  /**
   * Those of its models that threads were sent to, the latest first, as far as `savedBindings` and this run know.
   * Default none.
   */
  recent?: readonly string[];
}
