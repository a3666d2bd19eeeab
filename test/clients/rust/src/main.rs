//! One line per case: the name, a tab, and "ok" or what went wrong.

use async_openai::types::responses::{CreateResponse, OutputItem, Response, ResponseStreamEvent};
use async_openai::{config::OpenAIConfig, Client};
use futures::StreamExt;
use serde_json::{json, Value};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const TEXT: &str = "Hello from the relay.";
const ANSWER: &str = "It is 21 degrees in Oslo.";

struct Relay(Client<OpenAIConfig>);

impl Relay {
    async fn ask(&self, input: Value, tools: Value, stream: bool) -> Outcome<Response> {
        let fields = json!({ "model": "scripted", "input": input, "tools": tools, "stream": stream });
        let request: CreateResponse = serde_json::from_value(fields)?;
        if !stream {
            return Ok(self.0.responses().create(request).await?);
        }
        let mut events = self.0.responses().create_stream(request).await?;
        let (mut deltas, mut response) = (String::new(), None);
        while let Some(event) = events.next().await {
            match event? {
                ResponseStreamEvent::ResponseOutputTextDelta(event) => deltas += &event.delta,
                ResponseStreamEvent::ResponseCompleted(event) => response = Some(event.response),
                ResponseStreamEvent::ResponseError(event) => return Err(event.message.into()),
                _ => {}
            }
        }
        let response = response.ok_or("the stream did not end with a completed response")?;
        expect(&deltas, &response.output_text().unwrap_or_default())?;
        Ok(response)
    }

    async fn says_hello(&self, stream: bool) -> Outcome<()> {
        let response = self.ask(json!("Say hello"), json!([]), stream).await?;
        expect(&response.output_text().unwrap_or_default(), TEXT)
    }

    async fn answers_calls(&self, stream: bool) -> Outcome<()> {
        let parameters = json!({
            "type": "object", "properties": { "city": { "type": "string" } }, "required": ["city"]
        });
        let tools = json!([{ "type": "function", "name": "get_weather", "parameters": parameters, "strict": false }]);
        let mut input = vec![json!({ "type": "message", "role": "user", "content": "What is the weather?" })];
        for item in self.ask(json!(input), tools.clone(), stream).await?.output {
            let OutputItem::FunctionCall(call) = &item else { continue };
            expect(&call.name, "get_weather")?;
            expect(&call.arguments.replace(' ', ""), r#"{"city":"Oslo"}"#)?;
            input.push(serde_json::to_value(&item)?);
            input.push(json!({ "type": "function_call_output", "call_id": call.call_id, "output": "21" }));
        }
        let response = self.ask(json!(input), tools, stream).await?;
        expect(&response.output_text().unwrap_or_default(), ANSWER)
    }

    async fn fails(&self, words: &str, stream: bool, expected: &str) -> Outcome<()> {
        match self.ask(json!(words), json!([]), stream).await {
            Ok(response) => Err(format!("no error, but {:?}", response.output_text()).into()),
            Err(error) if error.to_string().contains(expected) => Ok(()),
            Err(error) => Err(format!("the error lacks {expected:?}: {error}").into()),
        }
    }
}

fn expect(found: &str, expected: &str) -> Outcome<()> {
    if found == expected {
        return Ok(());
    }
    Err(format!("{found:?} instead of {expected:?}").into())
}

fn show(name: &str, outcome: Outcome<()>) {
    let told = outcome.map_or_else(|error| error.to_string(), |()| "ok".into());
    println!("{name}\t{}", told.split_whitespace().collect::<Vec<_>>().join(" "));
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let url = std::env::var("RELAY_URL").expect("RELAY_URL");
    let config = OpenAIConfig::new().with_api_base(format!("{url}/v1")).with_api_key("none");
    let relay = Relay(Client::with_config(config));
    show("text", relay.says_hello(false).await);
    show("stream", relay.says_hello(true).await);
    show("tools", relay.answers_calls(false).await);
    show("streamed_tools", relay.answers_calls(true).await);
    show("refusal", relay.fails("Be refused", false, "no such luck").await);
    show("broken", relay.fails("Break off", true, "").await);
}
