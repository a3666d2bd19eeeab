/** `--print-config`: what goes into Codex's configuration to use this relay. */
import { resolveProvider } from '../relay/provider.ts';
import { CODEX_PROVIDER_ID, TOKEN_VARIABLE } from './codex-command.ts';
import { type Command, upstreamOptions } from './invocation.ts';

export const printConfig: Command = async (invocation) => {
  const { settings, print } = invocation;
  const { model, modelMap } = resolveProvider(upstreamOptions(invocation));
  const codexModel = model ?? modelMap.keys().next().value ?? 'MODEL';
  print(`model = ${JSON.stringify(codexModel)}
model_provider = "${CODEX_PROVIDER_ID}"

[model_providers.${CODEX_PROVIDER_ID}]
name = "Codex Relay"
base_url = "http://127.0.0.1:${settings.port}/v1"
wire_api = "responses"
${settings.token ? `env_key = "${TOKEN_VARIABLE}"\n` : ''}supports_websockets = false
`);
  return 0;
};
