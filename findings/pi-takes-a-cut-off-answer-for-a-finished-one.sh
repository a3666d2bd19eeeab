#!/usr/bin/env bash
# Software: @mariozechner/pi-ai and @mariozechner/pi-agent-core 0.73.1 (npm), which the coding agent pi is made of.
#
# Behaviour: over the API "openai-responses" the event `response.incomplete` is not read. An answer that reached
# max_output_tokens ends with the stop reason "stop" and a usage of zero. If it was cut inside a call, the agent completes
# the JSON by itself and runs the tool with the piece that came.
#
# Seen:
#   a text that was cut: stop reason stop, tokens 0
#   a call that was cut: stop reason stop, tokens 0; the tool was run with {"path":"notes.md","text":"# Notes\nThe f"}
#   the same text, whole: stop reason stop, tokens 2
#
# Why it surprises: pi-ai has the stop reason "length" and gives it over Chat Completions. A tool that writes files writes
# half of one and reports success, and what the answer cost is counted as nothing.
#
# Exits 0 while it is so, 1 when it has changed. Needs Node 20 with npm as well.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm install --silent --ignore-scripts --no-audit --no-fund --no-package-lock \
  @mariozechner/pi-ai@0.73.1 @mariozechner/pi-agent-core@0.73.1 > npm.log 2>&1 || { cat npm.log >&2; exit 1; }
cat > ask.mjs <<'JAVASCRIPT'
import { Agent } from '@mariozechner/pi-agent-core';
import { Type } from '@mariozechner/pi-ai';

const ran = [];
const write = {
  name: 'write',
  label: 'write',
  description: 'Writes a file.',
  parameters: Type.Object({ path: Type.String(), text: Type.String() }),
  execute: async (_id, args) => {
    ran.push(args);
    return { content: [{ type: 'text', text: 'written' }], details: {} };
  },
};
const cost = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
const model = {
  id: 'scripted', name: 'scripted', api: 'openai-responses', provider: 'openai', baseUrl: process.argv[2],
  reasoning: false, input: ['text'], cost, contextWindow: 100_000, maxTokens: 1000,
};
const agent = new Agent({ initialState: { systemPrompt: 'None', model, tools: [write] }, getApiKey: () => 'none' });
await agent.prompt('Hello');
const answer = agent.state.messages.find((message) => message.role === 'assistant');
const { stopReason, errorMessage, usage } = answer;
process.stdout.write(JSON.stringify({ stopReason, errorMessage, tokens: usage.totalTokens, ran }));
JAVASCRIPT
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 python3 - <<'PYTHON'
import json
import subprocess
import sys

from scripted_responses import cut_call_answer, cut_text_answer, serving, text_answer

TEXT = "Half an ans"
CUT = json.dumps({"path": "notes.md", "text": "# Notes\nThe first line."})[:-12]


def ask(*answers):
    with serving(*answers) as (url, _):
        return json.loads(subprocess.run(["node", "ask.mjs", url], check=True, capture_output=True, text=True).stdout)


def say(name, seen):
    runs = "; the tool was run with " + json.dumps(seen["ran"][0], separators=(",", ":")) if seen["ran"] else ""
    print(f"{name}: stop reason {seen['stopReason']}, tokens {seen['tokens']}{runs}")


text, call = ask(cut_text_answer(TEXT)), ask(cut_call_answer("write", CUT), text_answer("Written."))
whole = ask(text_answer(TEXT))
say("a text that was cut", text)
say("a call that was cut", call)
say("the same text, whole", whole)
if (text["stopReason"], text["tokens"], call["stopReason"]) != ("stop", 0, "stop") or not call["ran"]:
    sys.exit(f"Changed: an answer that was cut off is treated otherwise now: {text} {call}")
PYTHON
