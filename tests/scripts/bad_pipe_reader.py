"""run() reads the named pipe that its input names, after a word to the pipe's twin (`.begun`), or gives it back."""


def init():
    pass


def run(raw_data):
    if not raw_data.startswith("/"):
        return {"given": raw_data}
    with open(raw_data + ".begun", "w") as begun:
        begun.write("begun")
    with open(raw_data) as pipe:
        return {"read": pipe.readline()}
