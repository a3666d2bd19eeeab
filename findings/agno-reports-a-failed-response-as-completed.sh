#!/usr/bin/env bash
# Software: agno 3.1.10 (PyPI) with openai 3.57.0.
#
# Behaviour: an Agent over OpenAIResponses that streams its run takes an answer that ends with `response.failed` for a
# finished one. No exception, no RunErrorEvent: the piece of text that came before the failure is handed out as the
# content of RunCompletedEvent.
#
# Seen:
#   events: ... RunContentEvent RunContentCompletedEvent RunCompletedEvent
#   content of RunCompletedEvent: 'Half an ans'; errors told: none
#
# Why it surprises: `response.failed` is the API's own way to say that an answer broke off, with code and message in it;
# a half sentence is stored and shown as the agent's answer. Whoever streams agno runs meets it when a server fails in
# mid-answer.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check agno==3.1.10 openai==3.57.0
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python - <<'PYTHON'
import sys

from agno.agent import Agent
from agno.models.openai import OpenAIResponses
from scripted_responses import failed_answer, serving

with serving(failed_answer("Half an ans", "the model broke down")) as (url, _):
    agent = Agent(model=OpenAIResponses(id="scripted", api_key="none", base_url=url), telemetry=False)
    try:
        events = list(agent.run("Hello", stream=True, stream_events=True))
    except Exception as error:
        sys.exit(f"Changed: the failure is raised now, as {type(error).__name__}: {error}")

names = [type(event).__name__ for event in events]
print("events:", *names)
if any("Error" in name for name in names) or names[-1] != "RunCompletedEvent":
    sys.exit("Changed: the failure is told by an event now.")
print(f"content of RunCompletedEvent: {events[-1].content!r}; errors told: none")
PYTHON
