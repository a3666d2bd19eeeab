/** The tools of one request as a provider's own Responses endpoint gets them, and the way back from what it calls. */
import type { JsonObject } from '../../json.ts';
import type { InputItem, Tool } from '../../wire/responses.ts';
import type { Profile } from '../profile.ts';
import { ToolTable } from '../tools/table.ts';
import type { NativeProfile } from './native-profile.ts';

export class NativeTools extends ToolTable {
  /** The entries of `tools`, in declared order. */
  readonly sent: readonly JsonObject[];

  constructor(
    input: readonly InputItem[],
    tools: readonly Tool[],
    profile: Profile,
    native: NativeProfile,
    denylist: ReadonlySet<string>,
  ) {
    super(input, tools, { ...profile, strictTools: native.strictTools, webSearch: null }, denylist);
    this.sent = this.chatTools.map(({ function: declared }) => ({ type: 'function', ...declared }));
  }
}
