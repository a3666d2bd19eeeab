from cases import ANSWER, REFUSED, TEXT, URL, expect, expect_error, play
from langchain_core.messages import HumanMessage, ToolMessage
from langchain_core.tools import tool
from langchain_openai import ChatOpenAI

chat = ChatOpenAI(model="scripted", base_url=URL, api_key="none", use_responses_api=True)


@tool
def get_weather(city: str) -> str:
    """The weather of a city."""
    return "21" if city == "Oslo" else "unknown"


def text_of(message):
    return message.text if isinstance(message.text, str) else message.text()


def streamed(model, messages):
    pieces = list(model.stream(messages))
    whole = pieces[0]
    for piece in pieces[1:]:
        whole += piece
    return whole


def answer_calls(ask):
    messages = [HumanMessage("What is the weather?")]
    first = ask(messages)
    expect([call["name"] for call in first.tool_calls], ["get_weather"])
    results = [ToolMessage(get_weather.invoke(call["args"]), tool_call_id=call["id"]) for call in first.tool_calls]
    expect(text_of(ask([*messages, first, *results])), ANSWER)


with_tools = chat.bind_tools([get_weather])
play(
    text=lambda: expect(text_of(chat.invoke("Say hello")), TEXT),
    stream=lambda: expect(text_of(streamed(chat, "Say hello")), TEXT),
    tools=lambda: answer_calls(with_tools.invoke),
    streamed_tools=lambda: answer_calls(lambda messages: streamed(with_tools, messages)),
    refusal=lambda: expect_error(lambda: chat.invoke("Be refused"), REFUSED),
    broken=lambda: expect_error(lambda: streamed(chat, "Break off")),
)
