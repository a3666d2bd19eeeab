import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.http.StreamResponse;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseFunctionToolCall;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseOutputItem;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** One line per case: the name, a tab, and "ok" or what went wrong. Every answer is validated as a whole. */
public class Client {
    static final String TEXT = "Hello from the relay.";
    static final String ANSWER = "It is 21 degrees in Oslo.";

    static final OpenAIClient CLIENT = OpenAIOkHttpClient.builder()
            .baseUrl(System.getenv("RELAY_URL") + "/v1")
            .apiKey("none")
            .responseValidation(true)
            .build();

    interface Ask {
        Response send(List<ResponseInputItem> input, boolean withTool);
    }

    interface Case {
        void run();
    }

    static ResponseCreateParams params(List<ResponseInputItem> input, boolean withTool) {
        ResponseCreateParams.Builder params =
                ResponseCreateParams.builder().model("scripted").inputOfResponse(input);
        if (withTool) {
            params.addTool(FunctionTool.builder()
                    .name("get_weather")
                    .parameters(FunctionTool.Parameters.builder()
                            .putAdditionalProperty("type", JsonValue.from("object"))
                            .putAdditionalProperty(
                                    "properties", JsonValue.from(Map.of("city", Map.of("type", "string"))))
                            .putAdditionalProperty("required", JsonValue.from(List.of("city")))
                            .build())
                    .strict(false)
                    .build());
        }
        return params.build();
    }

    static List<ResponseInputItem> says(String words) {
        List<ResponseInputItem> input = new ArrayList<>();
        input.add(ResponseInputItem.ofEasyInputMessage(EasyInputMessage.builder()
                .role(EasyInputMessage.Role.USER)
                .content(words)
                .build()));
        return input;
    }

    static Response blocking(List<ResponseInputItem> input, boolean withTool) {
        return CLIENT.responses().create(params(input, withTool));
    }

    static Response streamed(List<ResponseInputItem> input, boolean withTool) {
        StringBuilder deltas = new StringBuilder();
        Response response = null;
        try (StreamResponse<ResponseStreamEvent> stream =
                CLIENT.responses().createStreaming(params(input, withTool))) {
            for (Iterator<ResponseStreamEvent> events = stream.stream().iterator(); events.hasNext(); ) {
                ResponseStreamEvent event = events.next().validate();
                event.outputTextDelta().ifPresent(delta -> deltas.append(delta.delta()));
                if (event.isError()) throw new IllegalStateException(event.asError().message());
                if (event.isCompleted()) response = event.asCompleted().response();
            }
        }
        if (response == null) throw new IllegalStateException("the stream did not end with a completed response");
        expect(deltas.toString(), textOf(response));
        return response;
    }

    static String textOf(Response response) {
        StringBuilder text = new StringBuilder();
        for (ResponseOutputItem item : response.output()) {
            if (item.isMessage()) item.asMessage().content().forEach(part -> text.append(part.asOutputText().text()));
        }
        return text.toString();
    }

    static void expect(String found, String expected) {
        if (!found.equals(expected)) throw new IllegalStateException(found + " instead of " + expected);
    }

    static void answersCalls(Ask ask) {
        List<ResponseInputItem> input = says("What is the weather?");
        for (ResponseOutputItem item : ask.send(input, true).output()) {
            if (!item.isFunctionCall()) continue;
            ResponseFunctionToolCall call = item.asFunctionCall();
            expect(call.name() + call.arguments().replace(" ", ""), "get_weather{\"city\":\"Oslo\"}");
            input.add(ResponseInputItem.ofFunctionCall(call));
            input.add(ResponseInputItem.ofFunctionCallOutput(ResponseInputItem.FunctionCallOutput.builder()
                    .callId(call.callId())
                    .output("21")
                    .build()));
        }
        expect(textOf(ask.send(input, true)), ANSWER);
    }

    static void fails(Ask ask, String words, String expected) {
        Response response;
        try {
            response = ask.send(says(words), false);
        } catch (RuntimeException error) {
            if (String.valueOf(error.getMessage()).contains(expected)) return;
            throw error;
        }
        throw new IllegalStateException("no error, but " + textOf(response));
    }

    static void show(String name, Case shown) {
        String outcome = "ok";
        try {
            shown.run();
        } catch (RuntimeException error) {
            outcome = error.toString().replaceAll("\\s+", " ");
        }
        System.out.println(name + "\t" + outcome);
    }

    public static void main(String[] arguments) {
        show("text", () -> expect(textOf(blocking(says("Say hello"), false)), TEXT));
        show("stream", () -> expect(textOf(streamed(says("Say hello"), false)), TEXT));
        show("tools", () -> answersCalls(Client::blocking));
        show("streamed_tools", () -> answersCalls(Client::streamed));
        show("refusal", () -> fails(Client::blocking, "Be refused", "no such luck"));
        show("broken", () -> fails(Client::streamed, "Break off", "the model broke down"));
        // The HTTP client's idle threads would keep the program alive for a minute.
        System.exit(0);
    }
}
