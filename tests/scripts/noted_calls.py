"""run() notes each input in the file NOTES, and reads the named pipe that it names, after a word to its twin."""

import os


def init():
    pass


def run(raw_data):
    with open(os.environ["NOTES"], "a") as notes:
        notes.write(f"{raw_data}\n")
    if raw_data.startswith("/"):
        with open(raw_data + ".begun", "w") as begun:
            begun.write("begun")
        with open(raw_data) as pipe:
            return {"read": pipe.readline()}
    return {"given": raw_data}
