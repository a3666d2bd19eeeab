/** The models that VS Code offers to this window; the only place that uses its Language Model API. */
import * as vscode from 'vscode';
import { parseObject } from '../../json.ts';
import type {
  AnswerPart,
  LanguageModel,
  LanguageModels,
  MessagePart,
  ModelMessage,
  ModelRequest,
} from './language-model.ts';

/** Key in global state: whether there were ever any. */
const SEEN = 'languageModels';

export class OfferedModels implements LanguageModels, vscode.Disposable {
  readonly #context: Pick<vscode.ExtensionContext, 'languageModelAccessInformation'>;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<void>();
  /** Fires when the offered models have changed. */
  readonly onDidChange = this.#changed.event;
  readonly #listening: vscode.Disposable | undefined;
  #offered: readonly LanguageModel[] = [];

  constructor(context: Pick<vscode.ExtensionContext, 'languageModelAccessInformation' | 'globalState'>) {
    this.#context = context;
    this.#memory = context.globalState;
    // Editors derived from VS Code may lack this API.
    this.#listening = vscode.lm?.onDidChangeChatModels?.(() => void this.list());
  }

  /** How many were offered when VS Code was last asked. */
  get count(): number {
    return this.#offered.length;
  }

  /**
   * Whether there were ever any. The extensions that bring them may start late: requests for their models wait for them
   * instead of going to a provider on the network.
   */
  get wereSeen(): boolean {
    return this.count > 0 || this.#memory.get(SEEN) === true;
  }

  async list(): Promise<readonly LanguageModel[]> {
    const models = await this.#ask();
    const before = idsOf(this.#offered);
    this.#offered = models;
    if (idsOf(models) === before) return models;
    if (models.length > 0) await this.#memory.update(SEEN, true);
    this.#changed.fire();
    return models;
  }

  dispose(): void {
    this.#listening?.dispose();
    this.#changed.dispose();
  }

  async #ask(): Promise<LanguageModel[]> {
    const byId = new Map<string, LanguageModel>();
    // If an extension fails to list its models, it has none.
    const chats = await Promise.resolve(vscode.lm?.selectChatModels?.({}) ?? []).catch(() => []);
    for (const chat of chats) {
      const model = this.#modelOf(chat);
      if (!byId.has(model.id)) byId.set(model.id, model);
    }
    return [...byId.values()];
  }

  #modelOf(chat: vscode.LanguageModelChat): LanguageModel {
    const { vendor, name, maxInputTokens } = chat;
    const { callsTools, takesImages } = abilitiesOf(chat);
    return {
      id: chat.id.startsWith(`${vendor}/`) ? chat.id : `${vendor}/${chat.id}`,
      vendor,
      name,
      maxInputTokens,
      callsTools,
      takesImages,
      send: (request, signal) => this.#send(chat, request, signal),
      countTokens: async (text, signal) => chat.countTokens(text, tokenOf(signal)),
    };
  }

  async #send(
    chat: vscode.LanguageModelChat,
    { messages, tools, toolMode, options }: ModelRequest,
    signal: AbortSignal,
  ): Promise<AsyncIterable<AnswerPart>> {
    // The user said no, and must not be asked again.
    if (this.#context.languageModelAccessInformation.canSendRequest(chat) === false)
      throw vscode.LanguageModelError.NoPermissions();
    const answer = await chat.sendRequest(
      messages.map(messageOf),
      {
        justification: vscode.l10n.t('Codex works with this model through Codex Relay.'),
        ...(tools.length > 0 && { tools: tools.map((tool) => ({ ...tool })) }),
        ...(toolMode === 'required' && { toolMode: vscode.LanguageModelChatToolMode.Required }),
        ...(Object.keys(options).length > 0 && { modelOptions: options }),
      },
      tokenOf(signal),
    );
    return answerParts(answer.stream);
  }
}

function idsOf(models: readonly LanguageModel[]): string {
  return models.map(({ id }) => id).join('\n');
}

/** VS Code 1.139 has these properties; the API's types do not. */
function abilitiesOf(chat: vscode.LanguageModelChat): { callsTools?: boolean; takesImages?: boolean } {
  const told: unknown = 'capabilities' in chat ? chat.capabilities : undefined;
  if (typeof told !== 'object' || told === null) return {};
  const { supportsToolCalling: callsTools, supportsImageToText: takesImages } = {
    supportsToolCalling: undefined,
    supportsImageToText: undefined,
    ...told,
  };
  return {
    ...(typeof callsTools === 'boolean' && { callsTools }),
    ...(typeof takesImages === 'boolean' && { takesImages }),
  };
}

function messageOf({ role, parts }: ModelMessage): vscode.LanguageModelChatMessage {
  const roles = vscode.LanguageModelChatMessageRole;
  return new vscode.LanguageModelChatMessage(
    role === 'assistant' ? roles.Assistant : roles.User,
    parts.map(inputPart),
  );
}

function inputPart(part: MessagePart): vscode.LanguageModelInputPart {
  switch (part.kind) {
    case 'text':
      return new vscode.LanguageModelTextPart(part.text);
    case 'image':
      return vscode.LanguageModelDataPart.image(Buffer.from(part.base64, 'base64'), part.mimeType);
    case 'call':
      return new vscode.LanguageModelToolCallPart(part.callId, part.name, part.input);
    case 'result':
      return new vscode.LanguageModelToolResultPart(part.callId, [
        new vscode.LanguageModelTextPart(part.text),
      ]);
  }
}

async function* answerParts(stream: AsyncIterable<unknown>): AsyncGenerator<AnswerPart> {
  for await (const part of stream) {
    const known = answerPart(part);
    if (known !== undefined) yield known;
  }
}

/** Undefined for parts that have no place in an answer of text and calls. */
function answerPart(part: unknown): AnswerPart | undefined {
  if (part instanceof vscode.LanguageModelTextPart) return { kind: 'text', text: part.value };
  if (part instanceof vscode.LanguageModelToolCallPart)
    return { kind: 'call', callId: part.callId, name: part.name, input: part.input };
  if (part instanceof vscode.LanguageModelDataPart) return dataPart(part);
  return isThinking(part) ? { kind: 'thinking', text: [part.value].flat().join('') } : undefined;
}

/** Copilot (2026-11) gives its counts in a part of type `usage`. */
function dataPart({ mimeType, data }: vscode.LanguageModelDataPart): AnswerPart | undefined {
  if (mimeType.startsWith('text/')) return { kind: 'text', text: new TextDecoder().decode(data) };
  const usage = mimeType === 'usage' ? parseObject(new TextDecoder().decode(data)) : undefined;
  return usage && { kind: 'usage', usage };
}

/** VS Code 1.139 has a class for thinking; the API's types do not. */
function isThinking(part: unknown): part is { value: string | string[] } {
  const known: unknown = 'LanguageModelThinkingPart' in vscode ? vscode.LanguageModelThinkingPart : undefined;
  if (typeof known !== 'function' || !(part instanceof known) || !('value' in part)) return false;
  return typeof part.value === 'string' || Array.isArray(part.value);
}

/** A token that is cancelled when the signal aborts. */
function tokenOf(signal: AbortSignal): vscode.CancellationToken {
  const source = new vscode.CancellationTokenSource();
  if (signal.aborted) source.cancel();
  else signal.addEventListener('abort', () => source.cancel(), { once: true });
  return source.token;
}
