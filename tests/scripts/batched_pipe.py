"""run() takes a list and says of each input how many came together; one that names a pipe is read, with a word to its
twin (`.begun`) first."""

from scoring_runtime.authoring import batched


def init():
    pass


@batched(max_size=8)
def run(raw_data, request_headers):
    assert len(raw_data) == len(request_headers)
    return [
        {"given": read(each), "together": len(raw_data), "name": headers.get("X-Name")}
        for each, headers in zip(raw_data, request_headers, strict=True)
    ]


def read(text):
    if not text.startswith("/"):
        return text
    with open(text + ".begun", "w") as begun:
        begun.write("begun")
    with open(text) as pipe:
        return pipe.readline()
