#!/usr/bin/env bash
# Software: langchain 1.5.2 with langchain-core 1.8.3, langchain-openai 1.7.4, langgraph 1.2.24 and openai 3.57.0 (PyPI).
#
# Behaviour: if an answer reaches max_output_tokens inside the arguments of a call, an agent of create_agent that is
# streamed completes the JSON by itself and runs the tool with the piece of the argument that came. With invoke() the
# same answer is an invalid call, and no tool is run.
#
# Seen:
#   invoke():                       the tool was run with []
#   stream(stream_mode="messages"): the tool was run with ['/srv/data/old']
#   what the model was writing:     {"path":"/srv/data/old  (status: incomplete)
#
# Why it surprises: half an argument is a different argument, here another folder. The response says that it is
# incomplete, and so does the call; whether the tool runs all the same depends on whether someone watches the tokens.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  langchain==1.5.2 langchain-core==1.8.3 langchain-openai==1.7.4 langgraph==1.2.24 openai==3.57.0
cd "$work"
PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python - <<'PYTHON'
import sys

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from scripted_responses import cut_call_answer, serving, text_answer

CUT = '{"path":"/srv/data/old'
QUESTION = {"messages": [("user", "Clear /srv/data/old-backups")]}


def run(ask):
    paths = []

    def clear_folder(path: str) -> str:
        """Deletes what is in a folder."""
        paths.append(path)
        return "done"

    with serving(cut_call_answer("clear_folder", CUT), text_answer("Done.")) as (url, _):
        model = ChatOpenAI(model="scripted", api_key="none", base_url=url, use_responses_api=True)
        ask(create_agent(model, [clear_folder]))
        return paths


blocking = run(lambda agent: agent.invoke(QUESTION))
streamed = run(lambda agent: list(agent.stream(QUESTION, stream_mode="messages")))
print(f"invoke():                       the tool was run with {blocking}")
print(f'stream(stream_mode="messages"): the tool was run with {streamed}')
print(f"what the model was writing:     {CUT}  (status: incomplete)")
if streamed != ["/srv/data/old"] or blocking:
    sys.exit("Changed: a call that was cut off is treated otherwise now.")
PYTHON
