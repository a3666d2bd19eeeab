#!/usr/bin/env bash
# Software: ag2 1.2.1 with openai 3.57.0 (PyPI).
#
# Behaviour: if an answer of the Responses API has several texts (parts of a message, or messages), an Agent over
# OpenAIResponsesConfig keeps the last one only. The others are neither in the reply nor in the history that is sent with
# the next question. Streamed, the same answer is whole.
#
# Seen:
#   without streaming: 'Then restart it.'
#   streamed:          'First make a backup. Then restart it.'
#   sent back as the assistant's answer (without streaming): ['Then restart it.']
#
# Why it surprises: `output` and `content` are lists, and models that think between two texts fill them. Nothing tells
# that the first half is gone, and the model itself is later shown an answer that it did not give.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check ag2==1.2.1 openai==3.57.0
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python - <<'PYTHON'
import asyncio
import sys

from ag2 import Agent
from ag2.config import OpenAIResponsesConfig
from scripted_responses import parts_answer, serving, text_part


async def ask(streaming):
    with serving(parts_answer(text_part("First make a backup. "), text_part("Then restart it."))) as (url, bodies):
        config = OpenAIResponsesConfig(model="scripted", api_key="none", base_url=url, streaming=streaming)
        reply = await Agent("helper", config=config).ask("How do I update the server?")
        await reply.ask("And then?")
        answers = [item["content"] for item in bodies[-1]["input"] if item["role"] == "assistant"]
        return reply.body, answers


blocking, sent_back = asyncio.run(ask(False))
streamed, _ = asyncio.run(ask(True))
print(f"without streaming: {blocking!r}")
print(f"streamed:          {streamed!r}")
print(f"sent back as the assistant's answer (without streaming): {sent_back}")
if blocking != "Then restart it." or streamed != "First make a backup. Then restart it.":
    sys.exit("Changed: the texts are read otherwise now.")
PYTHON
