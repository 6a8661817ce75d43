"""nginx as the physical limit: one worker that answers with a constant.

`/score` answers before it has read the body, as `return` does, which only suits small requests; `/read` reads all of it
first, which nginx does for what it hands on, here to itself.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from benchmarks.environments import ENVIRONMENTS

CONFIGURATION = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  client_max_body_size 0;
  keepalive_requests 1000000000;
  client_body_buffer_size 8m;
  default_type application/json;
  upstream itself {{ server unix:{folder}/nginx.sock; keepalive 16; }}
  server {{
    listen 127.0.0.1:{port};
    listen unix:{folder}/nginx.sock;
    location / {{ return 200 '{answer}'; }}
    location /read {{
      proxy_pass http://itself/;
      proxy_http_version 1.1;
      proxy_pass_request_body off;
      proxy_set_header Connection "";
      proxy_set_header Content-Length "";
    }}
  }}
}}
"""


def command(programs: Path, port: int, answer: str) -> tuple[str, ...]:
    """Write its configuration and give the command that serves it."""
    folder = ENVIRONMENTS / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    # A killed nginx leaves its socket behind, and the next one would not start.
    (folder / "nginx.sock").unlink(missing_ok=True)
    configuration = folder / "nginx.conf"
    configuration.write_text(CONFIGURATION.format(folder=folder, port=port, answer=answer))
    return (str(programs / "nginx"), "-p", str(folder), "-c", str(configuration), "-e", "stderr")


def version(programs: Path) -> str:
    """How it calls itself."""
    shown = subprocess.run([programs / "nginx", "-v"], capture_output=True, text=True, check=False)
    return shown.stderr.strip().removeprefix("nginx version: ")
