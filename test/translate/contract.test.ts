/** What we emit, compared with the types of the official client. A mismatch fails the type check, not a run. */
import assert from 'node:assert/strict';
import type OpenAI from 'openai';
import type { CompactedResponse } from '../../src/relay/http/compact.ts';
import type { HostedItem, OutputItem, ResponseEvent, ResponseResource } from '../../src/wire/responses.ts';

type Events = OpenAI.Responses.ResponseStreamEvent;
type Official = Omit<
  OpenAI.Responses.Response,
  | 'output_text'
  | 'access_programs'
  | 'tools'
  | 'tool_choice'
  | 'text'
  | 'output'
  | 'reasoning'
  | 'service_tier'
  | 'error'
  | 'metadata'
>;

/** Fields whose official type is a closed list of names (models, efforts, error codes) are checked at run time elsewhere. */
type Ours = Omit<
  ResponseResource,
  'tools' | 'tool_choice' | 'text' | 'output' | 'reasoning' | 'service_tier' | 'error' | 'metadata'
>;

/** The member of a union whose `type` may be `Type`. */
type Member<Union, Type> = Union extends { type: infer Own } ? (Type extends Own ? Union : never) : never;
type Mine<Type> = Omit<Member<ResponseEvent, Type>, 'type' | 'response' | 'item'>;
type Theirs<Type> = Omit<Member<Events, Type>, 'type' | 'response' | 'item'>;

/** The events, items and response fields that do not fit: the compiler names them. */
type MismatchedEvents = {
  [Type in ResponseEvent['type']]: Type extends Events['type']
    ? Mine<Type> extends Theirs<Type>
      ? never
      : Type
    : Type;
}[ResponseEvent['type']];
/** Those that are passed on as they came hold what their provider put there. */
type MadeItem = Exclude<OutputItem, HostedItem>;
type MismatchedItems = {
  [Type in MadeItem['type']]: Extract<MadeItem, { type: Type }> extends OpenAI.Responses.ResponseOutputItem
    ? never
    : Type;
}[MadeItem['type']];
type MismatchedFields = {
  [Key in keyof Official]-?: Exclude<Ours[Key & keyof Ours], null> extends Official[Key] ? never : Key;
}[keyof Official];

/** The official type knows no user messages in the output, though its own words promise them. */
type Compacted = Omit<CompactedResponse, 'output'>;
type MismatchedCompaction =
  Compacted extends Omit<OpenAI.Responses.CompactedResponse, 'output'> ? never : 'CompactedResponse';

type Nothing<Type extends never> = Type;
type Checked = [
  Nothing<MismatchedEvents>,
  Nothing<MismatchedItems>,
  Nothing<MismatchedFields>,
  Nothing<MismatchedCompaction>,
];

describe('the contract with the official client', () => {
  it('is kept by types', () => {
    const checked: Checked[] = [];
    assert.equal(checked.length, 0);
  });
});
