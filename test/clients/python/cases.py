"""What each program shows: one line per case, `name<TAB>ok` or `name<TAB>what went wrong`."""

import os

URL = os.environ["RELAY_URL"] + "/v1"
TEXT = "Hello from the relay."
ANSWER = "It is 21 degrees in Oslo."
REFUSED = "no such luck"


def play(**cases):
    for name, case in cases.items():
        try:
            case()
            print(name, "ok", sep="\t", flush=True)
        except Exception as error:
            print(name, f"{type(error).__name__}: {error}".replace("\n", " "), sep="\t", flush=True)


def expect(found, expected):
    if found != expected:
        raise AssertionError(f"{found!r} instead of {expected!r}")


def expect_error(ask, *words):
    """`ask` must raise, with all of these words."""
    try:
        result = ask()
    except Exception as error:
        missing = [word for word in words if word not in str(error)]
        if missing:
            raise AssertionError(f"the error lacks {missing}: {type(error).__name__}: {error}") from error
        return
    raise AssertionError(f"no error, but {result!r}")
