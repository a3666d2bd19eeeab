// One line per case: the name, a tab, and "ok" or what went wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
)

const (
	text   = "Hello from the relay."
	answer = "It is 21 degrees in Oslo."
)

var client = openai.NewClient(option.WithBaseURL(os.Getenv("RELAY_URL")+"/v1"), option.WithAPIKey("none"))

type ask func(input responses.ResponseInputParam, tools []responses.ToolUnionParam) (*responses.Response, error)

func params(input responses.ResponseInputParam, tools []responses.ToolUnionParam) responses.ResponseNewParams {
	return responses.ResponseNewParams{
		Model: "scripted",
		Input: responses.ResponseNewParamsInputUnion{OfInputItemList: input},
		Tools: tools,
	}
}

func says(words string) responses.ResponseInputParam {
	return responses.ResponseInputParam{
		responses.ResponseInputItemParamOfMessage(words, responses.EasyInputMessageRoleUser),
	}
}

func blocking(input responses.ResponseInputParam, tools []responses.ToolUnionParam) (*responses.Response, error) {
	return client.Responses.New(context.Background(), params(input, tools))
}

func streamed(input responses.ResponseInputParam, tools []responses.ToolUnionParam) (*responses.Response, error) {
	stream := client.Responses.NewStreaming(context.Background(), params(input, tools))
	defer stream.Close()
	deltas := ""
	var response *responses.Response
	for stream.Next() {
		switch event := stream.Current().AsAny().(type) {
		case responses.ResponseTextDeltaEvent:
			deltas += event.Delta
		case responses.ResponseCompletedEvent:
			response = &event.Response
		}
	}
	if stream.Err() != nil {
		return nil, stream.Err()
	}
	if response == nil {
		return nil, fmt.Errorf("the stream did not end with a completed response")
	}
	return response, expect(deltas, response.OutputText())
}

func expect(found, expected string) error {
	if found != expected {
		return fmt.Errorf("%q instead of %q", found, expected)
	}
	return nil
}

func saysHello(send ask) error {
	response, err := send(says("Say hello"), nil)
	if err != nil {
		return err
	}
	return expect(response.OutputText(), text)
}

func answersCalls(send ask) error {
	tools := []responses.ToolUnionParam{responses.ToolParamOfFunction("get_weather", map[string]any{
		"type":       "object",
		"properties": map[string]any{"city": map[string]any{"type": "string"}},
		"required":   []string{"city"},
	}, false)}
	input := says("What is the weather?")
	first, err := send(input, tools)
	if err != nil {
		return err
	}
	calls := ""
	for _, item := range first.Output {
		if item.Type != "function_call" {
			continue
		}
		call := item.AsFunctionCall()
		calls += call.Name + strings.ReplaceAll(call.Arguments, " ", "")
		result := responses.ResponseInputItemFunctionCallOutputParam{
			CallID: openai.String(call.CallID),
			Output: responses.ResponseInputItemFunctionCallOutputOutputUnionParam{OfString: openai.String("21")},
		}
		input = append(input,
			responses.ResponseInputItemParamOfFunctionCall(call.Arguments, call.CallID, call.Name),
			responses.ResponseInputItemUnionParam{OfFunctionCallOutput: &result})
	}
	if err := expect(calls, `get_weather{"city":"Oslo"}`); err != nil {
		return err
	}
	second, err := send(input, tools)
	if err != nil {
		return err
	}
	return expect(second.OutputText(), answer)
}

func fails(send ask, words, expected string) error {
	response, err := send(says(words), nil)
	if err == nil {
		return fmt.Errorf("no error, but %q", response.OutputText())
	}
	told := err.Error()
	// The text of an API error leaves out what the API said; its field has it.
	if refusal := new(openai.Error); errors.As(err, &refusal) {
		told = refusal.Message
	}
	if !strings.Contains(told, expected) {
		return fmt.Errorf("the error lacks %q: %w", expected, err)
	}
	return nil
}

func show(name string, err error) {
	outcome := "ok"
	if err != nil {
		outcome = strings.Join(strings.Fields(err.Error()), " ")
	}
	fmt.Printf("%s\t%s\n", name, outcome)
}

func main() {
	show("text", saysHello(blocking))
	show("stream", saysHello(streamed))
	show("tools", answersCalls(blocking))
	show("streamed_tools", answersCalls(streamed))
	show("refusal", fails(blocking, "Be refused", "no such luck"))
	show("broken", fails(streamed, "Break off", ""))
}
