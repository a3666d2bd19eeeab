#!/usr/bin/env bash
# Software: chatlas 0.23.0 with openai 3.57.0 (PyPI).
#
# Behaviour: a refusal, streamed or not, becomes an empty answer with the finish reason "success". The sentence in it is
# shown nowhere, and the history that is sent with the next question has two questions of the user in a row.
#
# Seen (the same with and without streaming):
#   the answer: '', finish reason: success
#   sent with the next question: ['user', 'user']
#
# Why it surprises: a refusal is a content part of its own so that programs can tell it from an answer; here neither the
# program nor the person learns that there was one, and the model is asked again as if it had never answered.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check chatlas==0.23.0 openai==3.57.0
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python -W ignore - <<'PYTHON'
import sys

from chatlas import ChatOpenAI
from scripted_responses import parts_answer, serving


def ask(stream):
    with serving(parts_answer({"type": "refusal", "refusal": "I will not do that."})) as (url, bodies):
        chat = ChatOpenAI(model="scripted", api_key="none", base_url=url)
        answer = str(chat.chat("Hello", echo="none", stream=stream))
        reason = chat.get_last_turn().finish_reason
        chat.chat("Why?", echo="none", stream=stream)
        return answer, reason, [item["role"] for item in bodies[-1]["input"]]


seen = [ask(False), ask(True)]
print(f"the answer: {seen[0][0]!r}, finish reason: {seen[0][1]}")
print(f"sent with the next question: {seen[0][2]}")
if seen != [("", "success", ["user", "user"])] * 2:
    sys.exit(f"Changed: a refusal is read otherwise now: {seen}")
PYTHON
