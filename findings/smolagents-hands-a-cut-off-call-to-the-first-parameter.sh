#!/usr/bin/env bash
# Software: smolagents 1.26.0 with openai 3.57.0 (PyPI).
#
# Behaviour: if an answer reaches max_tokens inside the arguments of a call, ToolCallingAgent runs the tool all the same
# and hands it the unfinished JSON text as its first parameter; the others keep their defaults.
#
# Seen (the same with and without streaming):
#   what the model was writing: {"path":"notes.md","text":"The first li  (finish_reason: length)
#   the tool was run with:      {'path': '{"path":"notes.md","text":"The first li', 'text': ''}
#   error told to the model:    none
#
# Why it surprises: arguments are named, and a piece of JSON is the value of none of them. The tool cannot tell it from a
# path that the model chose, and the model is told that its call went well.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check "smolagents[openai]==1.26.0" openai==3.57.0
cd "$work"
# In a file: smolagents reads the source of a tool.
cat > run.py <<'PYTHON'
import contextlib
import io
import sys

from scripted_chat import call_answer, serving_chat
from smolagents import OpenAIModel, ToolCallingAgent, tool

CUT = '{"path":"notes.md","text":"The first li'
FINAL = call_answer("final_answer", '{"answer":"Written."}')


def run(stream):
    calls = []

    @tool
    def write(path: str, text: str = "") -> str:
        """Writes a file.

        Args:
            path: where to write
            text: what to write
        """
        calls.append({"path": path, "text": text})
        return "done"

    with serving_chat(call_answer("write", CUT, finish_reason="length"), FINAL) as (url, _):
        model = OpenAIModel("scripted", api_key="none", api_base=f"{url}/v1")
        agent = ToolCallingAgent([write], model, stream_outputs=stream, verbosity_level=0)
        with contextlib.redirect_stdout(io.StringIO()):
            agent.run("Write notes.md")
        errors = [step.error for step in agent.memory.steps if getattr(step, "error", None)]
        return calls, errors


seen = [run(False), run(True)]
print(f"what the model was writing: {CUT}  (finish_reason: length)")
print(f"the tool was run with:      {', '.join(map(str, seen[0][0]))}")
print(f"error told to the model:    {', '.join(map(str, seen[0][1])) or 'none'}")
if seen != [([{"path": CUT, "text": ""}], [])] * 2:
    sys.exit(f"Changed: a call that was cut off is treated otherwise now: {seen}")
PYTHON
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python run.py
