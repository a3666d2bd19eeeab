"""Serves a model with llama.cpp's own HTTP server on a port of 127.0.0.1 that is free, until standard input ends.

Usage: serve.py MODEL WINDOW. Prints the address when it listens.
"""

import sys

import xllamacpp

model, window = sys.argv[1], int(sys.argv[2])
params = xllamacpp.CommonParams()
params.model.path = model
params.model_alias = {"scripted"}
params.hostnames = ["127.0.0.1"]
params.port = 0
params.n_ctx = window
params.n_parallel = 1
params.n_predict = 4000
# The model computes next to nothing, and threads that wait for each other do so in a loop.
params.cpuparams.n_threads = 1
params.cpuparams_batch.n_threads = 1
params.use_jinja = True
params.endpoint_props = True
params.fit_params = False
server = xllamacpp.Server(params)
print(server.listening_address, flush=True)
sys.stdin.read()
