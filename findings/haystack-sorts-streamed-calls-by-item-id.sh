#!/usr/bin/env bash
# Software: haystack-ai 3.4.1 with openai 3.57.0 (PyPI).
#
# Behaviour: OpenAIResponsesChatGenerator puts the tool calls of a streamed answer into the order of their item ids, not
# into the order in which the model made them (their output_index). The same answer without streaming keeps the order.
#
# Seen:
#   without streaming: ['open_door', 'close_door']
#   streamed:          ['close_door', 'open_door']
#
# Why it surprises: item ids are opaque and random, so that two parallel calls are run in the wrong order about half of
# the time, but only when someone watches the stream. Whoever lets Haystack run tools that depend on each other meets it.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check haystack-ai==3.4.1 openai==3.57.0
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 HAYSTACK_TELEMETRY_ENABLED=False venv/bin/python - <<'PYTHON'
import sys

from haystack.components.generators.chat import OpenAIResponsesChatGenerator
from haystack.dataclasses import ChatMessage
from haystack.utils import Secret
from scripted_responses import calls_answer, serving

CALLS = [("fc_b", "call_1", "open_door", "{}"), ("fc_a", "call_2", "close_door", "{}")]


def order(callback):
    with serving(calls_answer(CALLS)) as (url, _):
        chat = OpenAIResponsesChatGenerator(
            api_key=Secret.from_token("none"), model="scripted", api_base_url=url, streaming_callback=callback)
        reply = chat.run([ChatMessage.from_user("Hello")])["replies"][0]
        return [call.tool_name for call in reply.tool_calls]


blocking, streamed = order(None), order(lambda _: None)
print("without streaming:", blocking)
print("streamed:         ", streamed)
if streamed != ["close_door", "open_door"] or blocking != ["open_door", "close_door"]:
    sys.exit("Changed: the order is another one now.")
PYTHON
