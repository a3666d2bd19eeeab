#!/usr/bin/env bash
# Software: llama.cpp's server, build b11549, as xllamacpp 2026.10.11549 (PyPI) brings it.
#
# Behaviour: `parallel_tool_calls: false` does not keep a model that writes each call as <tool_call> JSON </tool_call>
# from making two calls in one answer: both are returned.
#
# Seen:
#   parallel_tool_calls false: calls: ['ash', 'birch']
#
# Why it surprises: the server's documentation lists the parameter ("whether to enable parallel/multiple tool calls"), and
# the answer shows no sign that it was not obeyed. Whoever serves such a model to a client that can run only one tool at a
# time, and says so, gets two calls all the same.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check xllamacpp==2026.10.11549
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python - 2>"$work/log" <<'PYTHON' || { tail -n 5 "$work/log"; exit 1; }
import json
import sys

from scripted_llama import TOOL, WITH_TOOLS, call, serving

with serving(call("ash") + "\n" + call("birch"), WITH_TOOLS) as ask:
    _, answer = ask(tools=[TOOL], parallel_tool_calls=False)
words = [json.loads(call["function"]["arguments"])["word"] for call in answer.get("tool_calls") or []]
print("parallel_tool_calls false: calls:", words, flush=True)
if words != ["ash", "birch"]:
    sys.exit("Changed: there is another number of calls now.")
PYTHON
