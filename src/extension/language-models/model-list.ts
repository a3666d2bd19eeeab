/** VS Code's models as the list of a Chat Completions provider. Pure. */
import type { JsonObject } from '../../json.ts';
import type { LanguageModel } from './language-model.ts';

/** In a form that `readModelList` understands. */
export function modelList(models: readonly LanguageModel[]): JsonObject {
  return { object: 'list', data: models.map(entryOf) };
}

function entryOf({ id, vendor, name, maxInputTokens, callsTools, takesImages }: LanguageModel): JsonObject {
  return {
    id,
    object: 'model',
    owned_by: vendor,
    display_name: name,
    ...(maxInputTokens > 0 && { max_input_tokens: maxInputTokens }),
    ...(callsTools !== undefined && { supports_tools: callsTools }),
    ...(takesImages !== undefined && { supports_vision: takesImages }),
  };
}
