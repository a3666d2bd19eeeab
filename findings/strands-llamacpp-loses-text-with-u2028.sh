#!/usr/bin/env bash
# Software: strands-agents 1.62.0 with httpx 0.28.1 (PyPI).
#
# Behaviour: LlamaCppModel splits the event stream wherever str.splitlines would, also at U+2028, U+2029 and U+0085
# inside a JSON string. Both halves of such an event are dropped without a word, and the rest goes on as if nothing had
# been there: text gets a hole, and the arguments of a call become other arguments.
#
# Seen:
#   the model calls delete with 'report\u2028draft'; the tool was run with: 'report'
#   the model says 'Deleted, but\u2028I am not sure at all.'; the answer is: 'Deleted' (end_turn)
#
# Why it surprises: JSON allows these characters unescaped, and only CR and LF end a line of an event stream. They get
# into answers with what is pasted from web pages and office documents, and nothing is logged.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check strands-agents==1.62.0 httpx==0.28.1
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python - <<'PYTHON'
import sys

from scripted_chat import call_answer, serving_chat, text_answer
from strands import Agent, tool
from strands.models.llamacpp import LlamaCppModel

NAME = "report\u2028draft"
PIECES = ['{"name":"report', NAME.removeprefix("report"), '"}']
WORDS = ["Deleted", ", but\u2028I am not sure at all."]
names = []


@tool
def delete(name: str) -> str:
    """Deletes a document."""
    names.append(name)
    return "done"


with serving_chat(call_answer("delete", *PIECES), text_answer(*WORDS)) as (url, _):
    model = LlamaCppModel(base_url=url, model_id="scripted")
    result = Agent(model=model, tools=[delete], callback_handler=None)("Delete the draft of the report")

text = "".join(block.get("text", "") for block in result.message["content"])
print(f"the model calls delete with {NAME!r}; the tool was run with: {', '.join(map(repr, names))}")
print(f"the model says {''.join(WORDS)!r}; the answer is: {text!r} ({result.stop_reason})")
if (names, text) != (["report"], "Deleted"):
    sys.exit("Changed: the events are read otherwise now.")
PYTHON
