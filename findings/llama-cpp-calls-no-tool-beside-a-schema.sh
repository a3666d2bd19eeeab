#!/usr/bin/env bash
# Software: llama.cpp's server, build b11549, as xllamacpp 2026.10.11549 (PyPI) brings it.
#
# Behaviour: a request with tools and a `response_format` cannot get a call any more: the schema is made the grammar of
# the whole answer, also where `tool_choice` is "required". The server answers 200.
#
# Seen:
#   tools, required:                      calls: ['look_up']
#   tools, required, and response_format: calls: [], text: JSON with the keys ['answer']
#
# Why it surprises: in the API that it follows, the format is that of the final answer, and calls come before it. Here a
# model that wants to call its tool is made to invent an answer. Whoever asks an agent for structured output meets it.
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

SCHEMA = {"type": "object", "properties": {"answer": {"type": "string"}}, "required": ["answer"],
          "additionalProperties": False}
FORMAT = {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": SCHEMA}}


def names(answer):
    return [call["function"]["name"] for call in answer.get("tool_calls") or []]


with serving(call("ash"), WITH_TOOLS) as ask:
    _, plain = ask(tools=[TOOL], tool_choice="required")
    status, answer = ask(tools=[TOOL], tool_choice="required", response_format=FORMAT)
print("tools, required:                      calls:", names(plain), flush=True)
if names(plain) != ["look_up"]:
    sys.exit("Changed: the model's call is not read any more, so that this shows nothing.")
if status != 200 or names(answer):
    sys.exit(f"Changed: with a format there is {status} {answer} now.")
keys = list(json.loads(answer["content"]))
print("tools, required, and response_format: calls: [], text: JSON with the keys", keys, flush=True)
if keys != ["answer"]:
    sys.exit("Changed: the answer does not follow the schema.")
PYTHON
