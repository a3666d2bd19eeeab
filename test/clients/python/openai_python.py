import json

from cases import ANSWER, REFUSED, TEXT, URL, expect, expect_error, play
from openai import OpenAI

client = OpenAI(base_url=URL, api_key="none")
TOOLS = [{
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "strict": False,
}]


def streamed(**fields):
    with client.responses.stream(model="scripted", **fields) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        return "".join(deltas), stream.get_final_response()


def text():
    expect(client.responses.create(model="scripted", input="Say hello").output_text, TEXT)


def stream():
    deltas, response = streamed(input="Say hello")
    expect([deltas, response.output_text], [TEXT, TEXT])


def answer_calls(ask):
    items = [{"role": "user", "content": "What is the weather?"}]
    first = ask(items)
    calls = [item for item in first.output if item.type == "function_call"]
    expect([(call.name, json.loads(call.arguments)) for call in calls], [("get_weather", {"city": "Oslo"})])
    items += first.output
    items += [{"type": "function_call_output", "call_id": call.call_id, "output": "21"} for call in calls]
    expect(ask(items).output_text, ANSWER)


play(
    text=text,
    stream=stream,
    tools=lambda: answer_calls(lambda items: client.responses.create(model="scripted", input=items, tools=TOOLS)),
    streamed_tools=lambda: answer_calls(lambda items: streamed(input=items, tools=TOOLS)[1]),
    refusal=lambda: expect_error(lambda: client.responses.create(model="scripted", input="Be refused"), REFUSED),
    broken=lambda: expect_error(lambda: list(client.responses.create(model="scripted", input="Break off", stream=True))),
)
