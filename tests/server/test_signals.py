"""SIGTERM, SIGINT and SIGHUP, whatever the main thread is doing."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.process import ServerProcess, clean_environment

WAIT_S = 20
PREAMBLE = """
import asyncio, hashlib, os, signal, sys, threading, time
from scoring_runtime.errors import StoppedError
from scoring_runtime.server.signals import ServerSignals
loop = asyncio.new_event_loop()
signals = ServerSignals(loop, lambda: os.write(1, b"stop\\n") and os._exit(7), lambda: os.write(1, b"reload\\n"))
threading.Thread(target=loop.run_forever, daemon=True).start()
"""
OWN_TERMINAL = "import fcntl, termios\nfcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"
READY = "print('ready', flush=True)\n"
IN_NATIVE_CODE = "hashlib.pbkdf2_hmac('sha256', b'x', b'x', 10**9)\n"


def signalled(code: str, number: signal.Signals) -> tuple[int, str]:
    """The exit code and the output, but for `ready`, of a process that was sent a signal once it was ready."""
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", PREAMBLE + dedent(code)],
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    with process:
        assert process.stdout is not None
        before = ""
        while (line := process.stdout.readline()) != "ready\n":
            assert line, f"it ended before it was ready: {before}"
            before += line
        process.send_signal(number)
        after = process.communicate(timeout=WAIT_S)[0]
    return process.returncode, before + after


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_reaches_the_loop_while_the_main_thread_is_in_native_code(number: signal.Signals) -> None:
    assert signalled(f"signals.init_done()\n{READY}{IN_NATIVE_CODE}", number) == (7, "stop\n")


def test_interrupts_init_and_reaches_the_loop() -> None:
    code = """
        on_stop = threading.Event()
        signals._on_stop = on_stop.set
        try:
            print('ready', flush=True)
            time.sleep(60)
        except StoppedError:
            print('left', on_stop.wait(10))
    """
    assert signalled(code, signal.SIGTERM) == (0, "left True\n")


def test_does_not_interrupt_run() -> None:
    code = """
        signals.init_done()
        on_stop = threading.Event()
        signals._on_stop = on_stop.set
        print('ready', flush=True)
        on_stop.wait(60)
        print('went on')
    """
    assert signalled(code, signal.SIGTERM) == (0, "went on\n")


@pytest.mark.parametrize("change", ["signal.SIG_IGN", "signal.SIG_DFL"])
def test_a_script_that_changed_the_signal_is_overruled(change: str) -> None:
    code = f"signal.signal(signal.SIGTERM, {change})\nsignals.init_done()\n{READY}{IN_NATIVE_CODE}"
    exit_code, output = signalled(code, signal.SIGTERM)
    assert exit_code == 7
    assert output == "The script had changed SIGTERM; the server minds it all the same.\nstop\n"


def test_a_hang_up_asks_for_a_reload_and_stops_nothing() -> None:
    code = """
        signals.init_done()
        on_reload = threading.Event()
        signals._on_reload = on_reload.set
        print('ready', flush=True)
        print('asked', on_reload.wait(60))
    """
    assert signalled(code, signal.SIGHUP) == (0, "asked True\n")


def test_a_hang_up_does_not_interrupt_init() -> None:
    code = """
        on_reload = threading.Event()
        signals._on_reload = on_reload.set
        print('ready', flush=True)
        print('asked', on_reload.wait(60))
    """
    assert signalled(code, signal.SIGHUP) == (0, "asked True\n")


def test_a_hang_up_in_native_code_reaches_the_loop() -> None:
    code = f"signals._on_reload = lambda: os._exit(5)\nsignals.init_done()\n{READY}{IN_NATIVE_CODE}"
    assert signalled(code, signal.SIGHUP) == (5, "")


@pytest.mark.parametrize("change", ["signal.SIG_IGN", "signal.SIG_DFL"])
def test_a_script_that_ignores_hang_ups_is_overruled(change: str) -> None:
    code = f"""
        signal.signal(signal.SIGHUP, {change})
        signals._on_reload = lambda: os._exit(5)
        signals.init_done()
        print('ready', flush=True)
        time.sleep(60)
    """
    overruled = "The script had changed SIGHUP; the server minds it all the same.\n"
    assert signalled(code, signal.SIGHUP) == (5, overruled)


def hung_up(code: str, before: str = "") -> int:
    """The exit code of a process whose controlling terminal closes once it has written `ready`."""
    terminal, own_end = pty.openpty()
    owned = [sys.executable, "-W", "error", "-c", OWN_TERMINAL + before + PREAMBLE + dedent(code)]
    environ = clean_environment()
    with subprocess.Popen(owned, env=environ, stdin=own_end, stdout=own_end, start_new_session=True) as child:
        os.close(own_end)
        seen = b""
        while not seen.endswith(b"ready"):
            seen += os.read(terminal, 100)
        os.close(terminal)
        return child.wait(WAIT_S)


def test_a_hang_up_of_the_servers_own_terminal_stops_it() -> None:
    """The kernel sends it when the terminal closes; nobody is left who could want a reload."""
    code = """
        signals._on_stop = lambda: os._exit(7)
        signals._on_reload = lambda: os._exit(5)
        signals.init_done()
        os.write(1, b'ready')
        time.sleep(60)
    """
    assert hung_up(code) == 7


def test_it_ends_init_too() -> None:
    code = """
        on_stop = threading.Event()
        signals._on_stop = on_stop.set
        try:
            os.write(1, b'ready')
            time.sleep(60)
        except StoppedError:
            os._exit(8 if on_stop.wait(10) else 9)
    """
    assert hung_up(code) == 8


def test_a_handler_of_the_script_is_called_as_well() -> None:
    code = """
        called = threading.Event()
        signals._on_stop = lambda: None
        signal.signal(signal.SIGTERM, lambda *arguments: called.set())
        signals.init_done()
        print('ready', flush=True)
        called.wait(60)
        print('called')
    """
    assert signalled(code, signal.SIGTERM) == (0, "called\n")


def test_a_script_that_took_the_wake_up_descriptor_gives_it_back() -> None:
    code = f"signal.set_wakeup_fd(-1)\nsignals.init_done()\n{READY}{IN_NATIVE_CODE}"
    assert signalled(code, signal.SIGTERM) == (7, "stop\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize(
    "script",
    ["import time\ntime.sleep(60)\n", "import time\ndef init(): time.sleep(60)\ndef run(data): pass\n"],
    ids=["import", "init"],
)
def test_a_server_that_is_still_starting_stops_cleanly(tmp_path: Path, script: str, number: signal.Signals) -> None:
    path = tmp_path / "score.py"
    path.write_text(script)
    with ServerProcess(path, wait_for="/health/live") as server:
        server.process.send_signal(number)
        assert server.process.wait(WAIT_S) == 0, server.log()
    assert "failed" not in server.log()


def test_a_server_that_serves_stops_cleanly(tmp_path: Path) -> None:
    path = tmp_path / "score.py"
    path.write_text("def init(): pass\ndef run(data): return data\n")
    with ServerProcess(path) as server:
        assert server.request("POST", "/score", "x").json() == "x"
        assert server.stop() == 0


def test_a_second_signal_does_not_interrupt_the_way_out() -> None:
    code = """
        stops = threading.Semaphore(0)
        signals._on_stop = stops.release
        try:
            print('ready', flush=True)
            time.sleep(60)
        except StoppedError:
            os.kill(os.getpid(), signal.SIGINT)
            print('told', stops.acquire(timeout=10), stops.acquire(timeout=10))
    """
    assert signalled(code, signal.SIGTERM) == (0, "told True True\n")


def test_a_late_signal_does_not_change_the_exit_code() -> None:
    code = """
        signals.init_done()
        loop.call_soon_threadsafe(loop.stop)
        for thread in set(threading.enumerate()) - {threading.main_thread()}:
            thread.join(10)
        signals.close()
        import atexit
        atexit.register(time.sleep, 0.3)
        print('ready', flush=True)
    """
    assert signalled(code, signal.SIGTERM) == (0, "")


def test_under_nohup_the_terminal_may_go() -> None:
    """As hung_up, but SIGHUP is ignored when the process begins; it ends when it has seen that it is not stopped."""
    code = """
        signals.init_done()
        signals._on_reload = lambda: os._exit(5)
        def lost():
            try:
                os.close(os.open("/dev/tty", os.O_RDONLY))
            except OSError:
                return True
        os.write(1, b'ready')
        while not lost():
            time.sleep(0.01)
        on_loop = threading.Event()
        os.kill(os.getpid(), signal.SIGHUP)
        loop.call_soon_threadsafe(loop.call_later, 0.2, on_loop.set)
        os._exit(9 if on_loop.wait(10) else 1)
    """
    assert hung_up(code, before="import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN)\n") == 9
