import type { Preset } from '../preset.ts';
import { openai, openaiNative } from './openai.ts';

/** A resource's own address is the base URL: `https://NAME.openai.azure.com/openai/v1`. Models are deployments. */
export const azure: Preset = {
  ...openai,
  profile: { ...openai.profile, id: 'azure', name: 'Azure OpenAI' },
  native: {
    wire: 'chat',
    // Its strict validation refuses reasoning with null fields.
    profile: { ...openaiNative, nullFields: false, phase: false },
    source: 'Azure OpenAI docs (v1 API), @ai-sdk/azure 4.0.85, @earendil-works/pi-ai 1.6.0',
    checked: '2026-11-28',
  },
  baseUrl: undefined,
  keywords: ['microsoft', 'foundry', 'gpt'],
  addressTemplate: 'https://{resource}.openai.azure.com/openai/v1',
  hosts: ['openai.azure.com', 'services.ai.azure.com', 'cognitiveservices.azure.com'],
  keyHeader: 'api-key',
  listsOtherNames: true,
  keyUrl: 'https://ai.azure.com',
  keyVariable: 'AZURE_OPENAI_API_KEY',
  suggestedPort: 4465,
  source: 'Azure OpenAI docs (v1 API), OpenAI API reference',
};
