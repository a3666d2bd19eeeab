#!/usr/bin/env bash
# Software: litellm 1.110.2 with openai 3.57.0 (PyPI).
#
# Behaviour: litellm.responses(..., stream=True) for a model that litellm's own table does not list sends the request
# without `stream`, waits for the whole answer and cuts it into pieces of five characters, which it hands out as deltas.
#
# Seen:
#   `stream` in the request that was sent: None
#   deltas: ['one t', 'wo th', 'ree f', 'our f', 'ive']
#
# Why it surprises: it looks like a stream, yet the first piece comes with the last one, and a long answer runs into time
# limits that streaming was meant to avoid. Whoever points `openai/NAME` with `api_base` at a server of their own meets
# it. litellm.register_model with "supports_native_streaming": True for that name cures it.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check litellm==1.110.2 openai==3.57.0
cd "$work"
# The table of models that comes with the package, instead of one from the network.
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 LITELLM_LOCAL_MODEL_COST_MAP=True venv/bin/python -W ignore - <<'PYTHON'
import sys

import litellm
from scripted_responses import serving, text_answer


def ask():
    with serving(text_answer("one two three four five")) as (url, bodies):
        events = litellm.responses(model="openai/scripted", input="Hello", stream=True, api_base=url, api_key="none")
        deltas = [event.delta for event in events if event.type == "response.output_text.delta"]
        return bodies[0].get("stream"), deltas


asked, deltas = ask()
print("`stream` in the request that was sent:", asked)
print("deltas:", deltas)
if asked or len(deltas) == 1:
    sys.exit("Changed: the answer is streamed now.")

litellm.register_model({"openai/scripted": {
    "litellm_provider": "openai", "mode": "responses", "supports_native_streaming": True}})
asked, deltas = ask()
print("after litellm.register_model:", asked, deltas)
PYTHON
