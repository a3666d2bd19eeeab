#!/usr/bin/env bash
# Software: genkit and @genkit-ai/compat-oai 1.42.0 (npm).
#
# Behaviour: the arguments of a call are read only if the finish reason is "tool_calls". With any other the tool's input
# is the empty string, whatever the model wrote, and the run ends with an error about the input's schema.
#
# Seen (the same with and without streaming):
#   finish_reason tool_calls, arguments {"city":"Oslo"}: the tool was run with {'city': 'Oslo'}
#   finish_reason stop, arguments {"city":"Oslo"}: INVALID_ARGUMENT: Schema validation failed, Provided data: ""
#
# Why it surprises: the whole call is in the answer. OpenAI ends a call that was forced by tool_choice with "stop", and so
# do several compatible servers with every call. The error blames the model for an input that it did not write.
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
const ran = [];
const getWeather = ai.defineTool(
  { name: 'get_weather', description: 'The weather in a city.', inputSchema: z.object({ city: z.string() }) },
  async (input) => {
    ran.push(input);
    return 'rain';
  },
);
const options = { model: 'local/scripted', prompt: 'How is the weather in Oslo?', tools: [getWeather] };
let error;
try {
  if (way === 'generate') await ai.generate(options);
  else await ai.generateStream(options).response;
} catch (thrown) {
  error = thrown.message;
}
process.stdout.write(JSON.stringify({ ran, error }));
JAVASCRIPT
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 python3 - <<'PYTHON'
import json
import subprocess
import sys

from scripted_chat import call_answer, serving_chat, text_answer

ARGUMENTS = '{"city":"Oslo"}'


def ask(finish_reason, way):
    with serving_chat(call_answer("get_weather", ARGUMENTS, finish_reason=finish_reason), text_answer("Rain.")) as (url, _):
        done = subprocess.run(["node", "ask.mjs", f"{url}/v1", way], check=True, stdout=subprocess.PIPE, text=True)
        seen = json.loads(done.stdout)
    if "error" not in seen:
        return f"the tool was run with {', '.join(map(str, seen['ran']))}"
    lines = [line for line in seen["error"].splitlines() if line]
    return f"{lines[0].split('.')[0]}, Provided data: {lines[lines.index('Provided data:') + 1]}"


for finish_reason, expected in (("tool_calls", "the tool was run with {'city': 'Oslo'}"),
                                ("stop", 'INVALID_ARGUMENT: Schema validation failed, Provided data: ""')):
    seen = {ask(finish_reason, way) for way in ("generate", "generateStream")}
    print(f"finish_reason {finish_reason}, arguments {ARGUMENTS}: {'; '.join(seen)}")
    if seen != {expected}:
        sys.exit("Changed: the arguments are read otherwise now.")
PYTHON
