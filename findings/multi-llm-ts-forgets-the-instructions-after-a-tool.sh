#!/usr/bin/env bash
# Software: multi-llm-ts 5.1.1 (npm).
#
# Behaviour: over the Responses API the request that brings the results of tools consists of previous_response_id, the
# results and the tools. The system message, which went up as `instructions` with the first request, is left out, as is
# the reasoning effort, streamed or not.
#
# Seen (the same with and without streaming):
#   first request:      instructions 'Answer in French.', reasoning {'effort': 'low'}
#   after a tool's run: instructions None, reasoning None
#
# Why it surprises: the API does not carry instructions over with previous_response_id, so that the model writes its
# answer without the system message as soon as it has called a tool: in another language, without the rules that it was
# given. Over Chat Completions the same program keeps them.
#
# Exits 0 while it is so, 1 when it has changed. Needs Node 20 with npm as well.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --ignore-scripts --no-audit --no-fund --no-package-lock multi-llm-ts@5.1.1 > npm.log 2>&1 ||
  { cat npm.log >&2; exit 1; }
cat > ask.mjs <<'JAVASCRIPT'
import { igniteEngine, Message, Plugin } from 'multi-llm-ts';

class Weather extends Plugin {
  isEnabled() {
    return true;
  }
  getName() {
    return 'get_weather';
  }
  getDescription() {
    return 'The weather in a city.';
  }
  getRunningDescription() {
    return 'looking';
  }
  getParameters() {
    return [{ name: 'city', type: 'string', description: 'The city', required: true }];
  }
  async execute() {
    return 'rain';
  }
}

const [, , baseURL, way] = process.argv;
const engine = igniteEngine('openai', { apiKey: 'none', baseURL });
engine.addPlugin(new Weather());
const model = engine.buildModel('gpt-5');
const thread = [new Message('system', 'Answer in French.'), new Message('user', 'How is the weather in Oslo?')];
const options = { useResponsesApi: true, reasoningEffort: 'low' };
if (way === 'complete') await engine.complete(model, thread, options);
else for await (const _ of engine.generate(model, thread, options));
JAVASCRIPT
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 python3 - <<'PYTHON'
import subprocess
import sys

from scripted_responses import calls_answer, serving, text_answer

CALL = calls_answer([("fc_1", "call_1", "get_weather", '{"city":"Oslo"}')])


def ask(way):
    with serving(CALL, text_answer("It rains.")) as (url, bodies):
        subprocess.run(["node", "ask.mjs", url, way], check=True, stdout=subprocess.DEVNULL)
        return [(body.get("instructions"), body.get("reasoning")) for body in bodies]


seen = [ask("complete"), ask("generate")]
print("first request:      instructions %r, reasoning %r" % seen[0][0])
print("after a tool's run: instructions %r, reasoning %r" % seen[0][1])
if seen != [[("Answer in French.", {"effort": "low"}), (None, None)]] * 2:
    sys.exit(f"Changed: the requests are other ones now: {seen}")
PYTHON
