#!/usr/bin/env bash
# Software: genkit and @genkit-ai/compat-oai 1.42.0 (npm).
#
# Behaviour: the plugin for OpenAI and compatible servers sends the name and the parameters of a tool, but not its
# description, streamed or not.
#
# Seen (the same with and without streaming):
#   defined: name end_session, description 'Only when the user has said goodbye twice.'
#   sent:    {'name': 'end_session', 'parameters': {...}}
#
# Why it surprises: the description is the one place that says when a tool is to be used, and defineTool demands it for
# the model's sake. The model guesses from the name, which mostly works, so that the loss looks like a model that now and
# then calls the wrong tool.
#
# Exits 0 while it is so, 1 when it has changed. Needs Node 20 with npm as well.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --ignore-scripts --no-audit --no-fund --no-package-lock \
  genkit@1.42.0 @genkit-ai/compat-oai@1.42.0 > npm.log 2>&1 || { cat npm.log >&2; exit 1; }
cat > ask.mjs <<'JAVASCRIPT'
import { openAICompatible } from '@genkit-ai/compat-oai';
import { genkit, z } from 'genkit';

const [, , baseURL, way] = process.argv;
const ai = genkit({ plugins: [openAICompatible({ name: 'local', apiKey: 'none', baseURL })] });
const endSession = ai.defineTool(
  {
    name: 'end_session',
    description: 'Only when the user has said goodbye twice.',
    inputSchema: z.object({ reason: z.string() }),
  },
  async () => 'ended',
);
const options = { model: 'local/scripted', prompt: 'Hello', tools: [endSession] };
if (way === 'generate') await ai.generate(options);
else await ai.generateStream(options).response;
JAVASCRIPT
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 python3 - <<'PYTHON'
import subprocess
import sys

from scripted_chat import serving_chat, text_answer


def sent(way):
    with serving_chat(text_answer("Hello.")) as (url, bodies):
        subprocess.run(["node", "ask.mjs", f"{url}/v1", way], check=True, stdout=subprocess.DEVNULL)
        return bodies[0]["tools"][0]["function"]


seen = [sent("generate"), sent("generateStream")]
print("defined: name end_session, description 'Only when the user has said goodbye twice.'")
print("sent:   ", str({**seen[0], "parameters": "..."}).replace("'...'", "{...}"))
if any("description" in function for function in seen):
    sys.exit("Changed: the description is sent now.")
PYTHON
