#!/usr/bin/env bash
# Software: crewai 1.15.30 with openai 2.54.0 (PyPI).
#
# Behaviour: an Agent whose LLM has api="responses" and stream=True never runs a tool: the calls in a streamed answer are
# dropped. What the model said before its call becomes the agent's final answer; where it said nothing, the run ends with
# "Invalid response from LLM call - None or empty."
#
# Seen:
#   without streaming: 'It rains in Oslo.' after the calls ['Oslo']
#   streamed:          'I will look that up.' after the calls []
#
# Why it surprises: `stream` is about how an answer is delivered, and the same LLM with api="completions" runs the tools
# either way. The agent's answer looks finished, so whoever turns streaming on gets promises instead of results.
#
# Exits 0 while it is so, 1 when it has changed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check crewai==1.15.30 openai==2.54.0
cd "$work"
# crewai keeps files below the home folder, and draws frames on the standard output: what was seen goes to another one.
HOME=$work CREWAI_DISABLE_TELEMETRY=true CREWAI_TRACING_ENABLED=false OTEL_SDK_DISABLED=true \
  PYTHONPATH=$here PYTHONDONTWRITEBYTECODE=1 venv/bin/python - 3>&1 > noise 2>&1 <<'PYTHON' || { cat noise >&2; exit 1; }
import sys

from crewai import LLM, Agent
from crewai.tools import tool
from scripted_responses import calls_answer, serving, text_answer

ASKS = calls_answer([("fc_1", "call_1", "get_weather", '{"city":"Oslo"}')], text="I will look that up.")


def run(stream):
    cities = []

    @tool("get_weather")
    def get_weather(city: str) -> str:
        """The weather in a city."""
        cities.append(city)
        return "rain"

    with serving(ASKS, text_answer("It rains in Oslo.")) as (url, _):
        llm = LLM(model="openai/gpt-5", api="responses", api_key="none", base_url=url, stream=stream)
        agent = Agent(role="Reporter", goal="Report", backstory="None", llm=llm, tools=[get_weather])
        return agent.kickoff("What is the weather in Oslo?").raw, cities


blocking, streamed = run(False), run(True)
with open(3, "w") as seen:
    print(f"without streaming: {blocking[0]!r} after the calls {blocking[1]}", file=seen)
    print(f"streamed:          {streamed[0]!r} after the calls {streamed[1]}", file=seen)
if streamed != ("I will look that up.", []) or blocking != ("It rains in Oslo.", ["Oslo"]):
    sys.exit("Changed: the tools are run otherwise now.")
PYTHON
