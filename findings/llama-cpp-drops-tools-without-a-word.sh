#!/usr/bin/env bash
# Software: llama.cpp's server, build b11549, as xllamacpp 2026.10.11549 (PyPI) brings it.
#
# Behaviour: when the model's chat template has no place for tools, the server leaves them out of the prompt and answers
# 200 with plain text, even where `tool_choice` is "required".
#
# Seen:
#   required, template without tools: 200, calls: 0, text: 'I know of no tools.'
#
# Why it surprises: "required" promises a call. The model was never told of the tools, the client is not told that it was
# not, and neither status nor answer differs from that of a model which did not care. Whoever serves a model with a
# template without tools (or overrides it by such a one) to an agent meets it.
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
import sys

from scripted_llama import TOOL, WITHOUT_TOOLS, serving

with serving("I know of no tools.", WITHOUT_TOOLS) as ask:
    status, answer = ask(tools=[TOOL], tool_choice="required")
calls = answer.get("tool_calls") or []
print(f"required, template without tools: {status}, calls: {len(calls)}, text: {answer.get('content')!r}", flush=True)
if status != 200 or calls or answer["content"] != "I know of no tools.":
    sys.exit("Changed: tools are refused or called now.")
PYTHON
