#!/usr/bin/env bash
# Software: llama-index-llms-openai 0.8.3 with llama-index-core 0.14.25 and openai 2.54.0 (PyPI).
#
# Behaviour: OpenAIResponses.stream_chat takes an answer that ends with `response.failed` for a finished one: the loop
# over the stream ends without an exception, after the text that came before the failure and an empty last piece.
#
# Seen:
#   the stream ended without an exception; its text: 'Half an ans'
#   its last event was response.failed, error: the model broke down
#
# Why it surprises: the failure is known (the raw event can be read off the last piece) and yet nothing is raised, so
# that an index answers with half a sentence. Whoever streams from it meets it when a server fails in mid-answer.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  llama-index-llms-openai==0.8.3 llama-index-core==0.14.25 openai==2.54.0
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python - <<'PYTHON'
import sys

from llama_index.core.llms import ChatMessage
from llama_index.llms.openai import OpenAIResponses
from scripted_responses import failed_answer, serving

with serving(failed_answer("Half an ans", "the model broke down")) as (url, _):
    # The class wants a model name that it knows; the scripted server does not care.
    llm = OpenAIResponses(model="gpt-5", api_key="none", api_base=url)
    try:
        pieces = list(llm.stream_chat([ChatMessage(role="user", content="Hello")]))
    except Exception as error:
        sys.exit(f"Changed: the failure is raised now, as {type(error).__name__}: {error}")

event = pieces[-1].raw
text = "".join(piece.delta or "" for piece in pieces)
if text != "Half an ans" or event.type != "response.failed":
    sys.exit(f"Changed: the last piece is now {pieces[-1]!r}")
print(f"the stream ended without an exception; its text: {text!r}")
print(f"its last event was {event.type}, error: {event.response.error.message}")
PYTHON
