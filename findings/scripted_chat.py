"""A Chat Completions server with scripted answers, for the scripts of this folder. Standard library only, loopback only."""

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def text_answer(*pieces):
    return [{"content": piece} for piece in pieces], "stop"


def call_answer(name, *pieces, finish_reason="tool_calls"):
    """One call whose arguments come in these pieces; with finish_reason "length" they end where the limit was."""
    begun = {"index": 0, "id": "call_1", "type": "function", "function": {"name": name, "arguments": ""}}
    deltas = [{"index": 0, "function": {"arguments": piece}} for piece in pieces]
    return [{"tool_calls": [delta]} for delta in (begun, *deltas)], finish_reason


def whole(deltas):
    """The message that the deltas add up to."""
    calls = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    if not calls:
        return {"role": "assistant", "content": "".join(delta["content"] for delta in deltas)}
    function = {"name": calls[0]["function"]["name"],
                "arguments": "".join(call["function"]["arguments"] for call in calls)}
    return {"role": "assistant", "content": None,
            "tool_calls": [{"id": calls[0]["id"], "type": "function", "function": function}]}


@contextmanager
def serving_chat(*answers):
    """
    Serves the answers, one per POST, the last one again and again: as chunks when the request asks for a stream.
    Gives the server's URL, without a path, and the list of the request bodies.
    """
    bodies = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            deltas, finish_reason = answers[min(len(bodies), len(answers) - 1)]
            bodies.append(body)
            head = {"id": "chatcmpl-1", "created": 1790000000, "model": "scripted"}
            usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}

            def choice(reason, **said):
                return [{"index": 0, **said, "finish_reason": reason}]

            if body.get("stream"):
                begun = {"role": "assistant", "content": ""}
                choices = [*(choice(None, delta=delta) for delta in (begun, *deltas)), choice(finish_reason, delta={})]
                chunks = [{**head, "object": "chat.completion.chunk", "choices": each} for each in choices]
                if (body.get("stream_options") or {}).get("include_usage"):
                    chunks.append({**head, "object": "chat.completion.chunk", "choices": [], "usage": usage})
                texts = [*(json.dumps(chunk, ensure_ascii=False) for chunk in chunks), "[DONE]"]
                kind, data = "text/event-stream", "".join(f"data: {text}\n\n" for text in texts)
            else:
                choices = choice(finish_reason, message=whole(deltas))
                kind, data = "application/json", json.dumps(
                    {**head, "object": "chat.completion", "choices": choices, "usage": usage}, ensure_ascii=False)
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(data.encode())))
            self.end_headers()
            self.wfile.write(data.encode())

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", bodies
    finally:
        server.shutdown()
