"""llama.cpp's own server with a model that says one text, whatever it is asked, for the scripts of this folder.

The model is a Llama of one layer of zeros, so that the next token hangs on the last one only. Needs xllamacpp (PyPI)
and the standard library; loopback only.
"""

import json
import os
import struct
import tempfile
import urllib.error
import urllib.request
from array import array
from contextlib import contextmanager

import xllamacpp

WIDTH, HEADS, FEED_FORWARD = 256, 4, 64
START, END = "<|start|>", "<|end|>"
SURE = 80
TOOL = {"type": "function", "function": {
    "name": "look_up", "description": "Looks a word up",
    "parameters": {"type": "object", "properties": {"word": {"type": "string"}}, "required": ["word"]}}}
WITHOUT_TOOLS = """{%- for message in messages -%}
{{- message.role + ': ' + message.content + '\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- 'assistant: <|start|>' -}}{%- endif -%}"""
WITH_TOOLS = """{%- if tools -%}{{- 'Tools:\\n' -}}{%- for tool in tools -%}{{- (tool | tojson) + '\\n' -}}{%- endfor -%}{%- endif -%}
{%- for message in messages -%}
{{- message.role + ': ' -}}
{%- if message.content -%}{{- message.content -}}{%- endif -%}
{%- for call in message.tool_calls -%}
{{- '\\n<tool_call>\\n{"name": "' + call.function.name + '", "arguments": ' + (call.function.arguments | tojson) + '}\\n</tool_call>' -}}
{%- endfor -%}
{{- '\\n' -}}
{%- endfor -%}
{%- if add_generation_prompt -%}{{- 'assistant: <|start|>' -}}{%- endif -%}"""


def call(word):
    """A call as WITH_TOOLS writes it."""
    return f'<tool_call>\n{{"name": "look_up", "arguments": {{"word": "{word}"}}}}\n</tool_call>'


@contextmanager
def serving(text, template):
    """Yields a function that sends the fields of a chat request and returns (status, answer)."""
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.gguf")
        write_model(path, text, template)
        params = xllamacpp.CommonParams()
        params.model.path = path
        params.hostnames, params.port = ["127.0.0.1"], 0
        params.n_ctx, params.n_predict, params.n_parallel = 4096, 300, 1
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
        params.use_jinja, params.fit_params, params.verbosity = True, False, 0
        server = xllamacpp.Server(params)

        def ask(**fields):
            body = json.dumps({"messages": [{"role": "user", "content": "Look up two words."}], **fields}).encode()
            request = urllib.request.Request(
                server.listening_address + "/v1/chat/completions", body, {"content-type": "application/json"})
            try:
                with urllib.request.urlopen(request, timeout=60) as reply:
                    return reply.status, json.load(reply)["choices"][0]["message"]
            except urllib.error.HTTPError as error:
                return error.code, json.load(error)["error"]

        yield ask
        del server


def write_model(path, text, template):
    tokens = [chr(byte) for byte in range(256)]
    # Pieces of which none comes twice: a token has one successor only.
    pieces, at = [], 0
    while at < len(text):
        size = 3
        while text[at:at + size] in pieces:
            size += 1
        pieces.append(text[at:at + size])
        at += size
    tokens += [piece for piece in pieces if piece not in tokens] + [START, END]
    ids = {token: number for number, token in enumerate(tokens)}
    said = [ids[START], *(ids[piece] for piece in pieces), ids[END]]
    embedding, output = array("f", bytes(4 * WIDTH * len(tokens))), array("f", bytes(4 * WIDTH * len(tokens)))
    for number, token in enumerate(tokens):
        embedding[number * WIDTH] = 1
        # Where no script leads, what closes JSON comes first.
        output[number * WIDTH] = {END: 24, '"': 18, "}": 12}.get(token, 0) / WIDTH ** 0.5
    for state, (token, following) in enumerate(zip(said, said[1:]), 1):
        embedding[token * WIDTH + state] = 1
        output[following * WIDTH + state] += SURE / (WIDTH / 2) ** 0.5
    head = WIDTH // HEADS
    block = {"attn_q": (WIDTH, WIDTH), "attn_k": (WIDTH, head), "attn_v": (WIDTH, head), "attn_output": (WIDTH, WIDTH),
             "ffn_gate": (WIDTH, FEED_FORWARD), "ffn_up": (WIDTH, FEED_FORWARD), "ffn_down": (FEED_FORWARD, WIDTH)}
    ones = array("f", [1] * WIDTH)
    tensors = {"token_embd": ((WIDTH, len(tokens)), embedding), "output": ((WIDTH, len(tokens)), output),
               "output_norm": ((WIDTH,), ones), "blk.0.attn_norm": ((WIDTH,), ones), "blk.0.ffn_norm": ((WIDTH,), ones),
               **{f"blk.0.{name}": (shape, array("f", bytes(4 * shape[0] * shape[1]))) for name, shape in block.items()}}
    header = {
        "general.architecture": "llama", "general.name": "scripted", "llama.context_length": 4096,
        "llama.embedding_length": WIDTH, "llama.block_count": 1, "llama.feed_forward_length": FEED_FORWARD,
        "llama.attention.head_count": HEADS, "llama.attention.head_count_kv": 1,
        "llama.attention.layer_norm_rms_epsilon": 1e-6, "llama.rope.dimension_count": head,
        # The tokenizer that takes the longest token that fits: nothing has to be trained.
        "tokenizer.ggml.model": "rwkv", "tokenizer.ggml.tokens": [escaped(token) for token in tokens],
        "tokenizer.ggml.token_type": [3 if token in (START, END) else 1 for token in tokens],
        "tokenizer.ggml.eos_token_id": ids[END], "tokenizer.ggml.bos_token_id": ids[END],
        "tokenizer.chat_template": template,
    }
    with open(path, "wb") as file:
        write_gguf(file, header, tensors)


def escaped(token):
    return "".join(c if " " <= c <= "~" and c != "\\" else f"\\x{ord(c):02x}" for c in token)


def write_gguf(file, header, tensors):
    file.write(b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(header)))
    for key, value in header.items():
        file.write(text_of(key) + value_of(value))
    offset = 0
    for name, (shape, values) in tensors.items():
        file.write(text_of(name + ".weight") + struct.pack(f"<I{len(shape)}QIQ", len(shape), *shape, 0, offset))
        offset += len(values) * 4  # all are multiples of 32 bytes
    file.write(bytes(-file.tell() % 32))
    for _, values in tensors.values():
        file.write(values.tobytes())


def text_of(text):
    return struct.pack("<Q", len(text.encode())) + text.encode()


def value_of(value):
    if isinstance(value, str):
        return struct.pack("<I", 8) + text_of(value)
    if isinstance(value, float):
        return struct.pack("<If", 6, value)
    if isinstance(value, int):
        return struct.pack("<II", 4, value)
    if isinstance(value[0], str):
        return struct.pack("<IIQ", 9, 8, len(value)) + b"".join(map(text_of, value))
    return struct.pack(f"<IIQ{len(value)}i", 9, 5, len(value), *value)
