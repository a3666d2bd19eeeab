import asyncio

from cases import ANSWER, REFUSED, TEXT, URL, expect, expect_error, play
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIResponsesModel
from pydantic_ai.providers.openai import OpenAIProvider

agent = Agent(OpenAIResponsesModel("scripted", provider=OpenAIProvider(base_url=URL, api_key="none")))


@agent.tool_plain
def get_weather(city: str) -> str:
    """The weather of a city."""
    expect(city, "Oslo")
    return "21"


def streamed(prompt):
    async def read():
        async with agent.run_stream(prompt) as result:
            return "".join([piece async for piece in result.stream_text(delta=True)])

    return asyncio.run(read())


play(
    text=lambda: expect(agent.run_sync("Say hello").output, TEXT),
    stream=lambda: expect(streamed("Say hello"), TEXT),
    tools=lambda: expect(agent.run_sync("What is the weather?").output, ANSWER),
    streamed_tools=lambda: expect(streamed("What is the weather?"), ANSWER),
    refusal=lambda: expect_error(lambda: agent.run_sync("Be refused"), REFUSED),
    broken=lambda: expect_error(lambda: streamed("Break off")),
)
