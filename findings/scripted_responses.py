"""A Responses API server with scripted answers, for the scripts of this folder. Standard library only, loopback only."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def response(status, output=(), error=None):
    """
    A response object with everything that the API's schema requires; an incomplete one was cut by max_output_tokens.
    """
    return {
        "id": "resp_1", "object": "response", "created_at": 1790000000, "model": "scripted", "status": status,
        "error": error, "incomplete_details": {"reason": "max_output_tokens"} if status == "incomplete" else None,
        "instructions": None, "metadata": {}, "output": list(output),
        "parallel_tool_calls": True, "temperature": 1.0, "top_p": 1.0, "tool_choice": "auto", "tools": [],
        "usage": None if status in ("in_progress", "failed") else {
            "input_tokens": 1, "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0}, "output_tokens": 1,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 2,
        },
    }


def begun():
    return [{"type": "response.created", "response": response("in_progress")},
            {"type": "response.in_progress", "response": response("in_progress")}]


def text_part(text):
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def text_item(text, status="completed"):
    parts = [text_part(text)] if status == "completed" else []
    return {"id": "msg_1", "type": "message", "role": "assistant", "status": status, "content": parts}


def text_begun(text):
    """The events of a message that has begun with this text and is not finished."""
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    return [{"type": "response.output_item.added", "output_index": 0, "item": text_item("", "in_progress")},
            {"type": "response.content_part.added", **at, "part": text_part("")},
            {"type": "response.output_text.delta", **at, "delta": text, "logprobs": []}]


def text_answer(text):
    at = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    item = text_item(text)
    return [*begun(), *text_begun(text),
            {"type": "response.output_text.done", **at, "text": text, "logprobs": []},
            {"type": "response.content_part.done", **at, "part": item["content"][0]},
            {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": response("completed", [item])}]


def cut_text_answer(text):
    """An answer that reached max_output_tokens in the middle of its text."""
    return [*begun(), *text_begun(text), {"type": "response.incomplete", "response": response("incomplete", [
        {**text_item(text), "status": "incomplete"}])}]


def failed_answer(text, message):
    """An answer that begins with this text and then ends with response.failed."""
    error = {"code": "server_error", "message": message}
    return [*begun(), *text_begun(text), {"type": "response.failed", "response": response("failed", error=error)}]


def parts_answer(*parts):
    """An answer of one message with these finished parts, each output_text or refusal."""
    item = {**text_item(""), "content": list(parts)}
    events = [*begun(), {"type": "response.output_item.added", "output_index": 0, "item": text_item("", "in_progress")}]
    for index, part in enumerate(parts):
        at = {"item_id": "msg_1", "output_index": 0, "content_index": index}
        kind, field, more = ("refusal", "refusal", {}) if "refusal" in part else ("output_text", "text", {"logprobs": []})
        events += [{"type": "response.content_part.added", **at, "part": {**part, field: ""}},
                   {"type": f"response.{kind}.delta", **at, "delta": part[field], **more},
                   {"type": f"response.{kind}.done", **at, field: part[field], **more},
                   {"type": "response.content_part.done", **at, "part": part}]
    return [*events, {"type": "response.output_item.done", "output_index": 0, "item": item},
            {"type": "response.completed", "response": response("completed", [item])}]


def calls_answer(calls, text=None, status="completed"):
    """An answer of function calls: (item id, call id, name, arguments) each, in their order, after a text if any."""
    events, items = (text_answer(text)[:-1], [text_item(text)]) if text else (begun(), [])
    for index, (item_id, call_id, name, arguments) in enumerate(calls, len(items)):
        item = {"id": item_id, "type": "function_call", "call_id": call_id, "name": name, "arguments": arguments,
                "status": status}
        at = {"item_id": item_id, "output_index": index}
        events += [
            {"type": "response.output_item.added", "output_index": index,
             "item": {**item, "arguments": "", "status": "in_progress"}},
            {"type": "response.function_call_arguments.delta", **at, "delta": arguments},
            {"type": "response.function_call_arguments.done", **at, "name": name, "arguments": arguments},
            {"type": "response.output_item.done", "output_index": index, "item": item},
        ]
        items.append(item)
    return [*events, {"type": f"response.{status}", "response": response(status, items)}]


def cut_call_answer(name, arguments):
    """An answer that reached max_output_tokens inside the arguments of its only call."""
    return calls_answer([("fc_1", "call_1", name, arguments)], status="incomplete")


@contextmanager
def serving(*answers):
    """
    Serves the answers (lists of events), one per POST, the last one again and again: as an event stream when the
    request asks for one, else as the last event's response. Gives the base URL and the list of the request bodies.
    """
    bodies = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            answer = answers[min(len(bodies), len(answers) - 1)]
            bodies.append(body)
            if body.get("stream"):
                kind = "text/event-stream"
                data = "".join(
                    f"event: {event['type']}\ndata: {json.dumps({**event, 'sequence_number': number})}\n\n"
                    for number, event in enumerate(answer))
            else:
                kind, data = "application/json", json.dumps(answer[-1]["response"])
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data.encode())))
            self.end_headers()
            self.wfile.write(data.encode())

        def do_GET(self):
            self.send_error(404)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", bodies
    finally:
        server.shutdown()
