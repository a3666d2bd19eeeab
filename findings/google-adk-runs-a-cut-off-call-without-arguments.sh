#!/usr/bin/env bash
# Software: google-adk 2.13.0 with openai 3.57.0 (PyPI).
#
# Behaviour: OpenAIResponsesLlm turns arguments that are not whole into `{}`. If an answer reaches max_output_tokens
# inside a call, the agent runs the tool with its defaults and tells the model afterwards that it had called it so.
#
# Seen (the same with and without streaming):
#   what the model was writing: {"older_than_days":30,"folder":"/srv/da  (status: incomplete)
#   the tool was run with:      [{'older_than_days': 0, 'folder': '/'}]
#   the call as sent back:      {}
#
# Why it surprises: the response and the call say that they are incomplete, and the event of the call carries the finish
# reason MAX_TOKENS. A call without arguments is a different call, here one that means everything. A log warning is all
# that tells of it.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check google-adk==2.13.0 openai==3.57.0
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python -W ignore - <<'PYTHON'
import asyncio
import sys

from google.adk.agents import LlmAgent
from google.adk.agents.run_config import RunConfig, StreamingMode
from google.adk.integrations.openai import OpenAIResponsesLlm
from google.adk.runners import InMemoryRunner
from google.genai import types
from scripted_responses import cut_call_answer, serving, text_answer

CUT = '{"older_than_days":30,"folder":"/srv/da'


async def run(mode):
    calls = []

    def delete_files(older_than_days: int = 0, folder: str = "/") -> str:
        """Deletes files."""
        calls.append({"older_than_days": older_than_days, "folder": folder})
        return "done"

    with serving(cut_call_answer("delete_files", CUT), text_answer("Done.")) as (url, bodies):
        agent = LlmAgent(name="helper", tools=[delete_files],
                         model=OpenAIResponsesLlm(model="scripted", base_url=url, api_key="none"))
        runner = InMemoryRunner(agent=agent, app_name="finding")
        session = await runner.session_service.create_session(app_name="finding", user_id="user")
        question = types.Content(role="user", parts=[types.Part(text="Delete old files below /srv/data")])
        async for _ in runner.run_async(user_id="user", session_id=session.id, new_message=question,
                                        run_config=RunConfig(streaming_mode=mode)):
            pass
        return calls, [item["arguments"] for item in bodies[-1]["input"] if item["type"] == "function_call"]


seen = [asyncio.run(run(mode)) for mode in (StreamingMode.NONE, StreamingMode.SSE)]
print(f"what the model was writing: {CUT}  (status: incomplete)")
print(f"the tool was run with:      {seen[0][0]}")
print(f"the call as sent back:      {' '.join(seen[0][1])}")
if seen != [([{"older_than_days": 0, "folder": "/"}], ["{}"])] * 2:
    sys.exit(f"Changed: a call that was cut off is treated otherwise now: {seen}")
PYTHON
