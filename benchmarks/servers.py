"""The servers that are measured, each with the way it is started and the request that it understands."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import nginx
from benchmarks.environments import Peer

SCRIPTS = Path(__file__).parent / "scripts"
PEER_SCRIPTS = Path(__file__).parent / "peers"
# A server that needs more than one port takes the next ones at this distance.
PORT_STEP = 30
MOSEC_BATCHED = "mosec, batching by hand"
NGINX_LIMIT = "nginx (a constant: the limit)"

AZUREML = Peer(
    "azureml",
    (
        "azureml-inference-server-http==1.5.1",
        "flask==3.1.3",
        "gunicorn==27.0.1",
        "inference-schema[numpy-support]==1.8",
    ),
)
MOSEC = Peer("mosec", ("mosec==0.9.8",))
MLSERVER = Peer("mlserver", ("mlserver==1.7.1", "mlserver-sklearn==1.7.1"))
LITSERVE = Peer("litserve", ("litserve==0.2.19",))
BENTOML = Peer("bentoml", ("bentoml==1.4.39",))
RAY = Peer("ray", ("ray[serve]==2.60.0",))
SCORING_RUNTIME = Peer("scoring_runtime")
NGINX = Peer("nginx", program="nginx")
PEERS = (AZUREML, MOSEC, MLSERVER, LITSERVE, BENTOML, RAY, SCORING_RUNTIME, NGINX)


def _whole(answer: object) -> object:
    return answer


@dataclass(frozen=True)
class Request:
    """What is posted, the answer that is right, and where in the JSON it stands."""

    body: str
    answer: object
    content_type: str = "application/json"
    path: str = "/score"
    find: Callable[[object], object] = _whole


@dataclass(frozen=True)
class Server:
    """One line of a table: a peer with a script or options. `command` gets the folder of programs and a port."""

    name: str
    peer: Peer
    command: Callable[[Path, int], tuple[str, ...]]
    request: Request
    health: str = "/"


def azureml(script: str, request: Request) -> Server:
    """The original server with an entry script."""

    def command(programs: Path, port: int) -> tuple[str, ...]:
        return (str(programs / "azmlinfsrv"), "--entry_script", str(SCRIPTS / script), "--port", str(port))

    return Server("azureml", AZUREML, command, request)


def scoring_runtime(script: str, request: Request, *options: str) -> Server:
    """This package with the same entry script."""

    def command(programs: Path, port: int) -> tuple[str, ...]:
        module = (str(programs / "python"), "-m", "scoring_runtime")
        return (*module, str(SCRIPTS / script), "--port", str(port), *options)

    return Server(" ".join(("scoring_runtime", *options)), SCORING_RUNTIME, command, request)


def mosec(script: str, request: Request, name: str = "mosec") -> Server:
    """mosec, with a program of its own kind."""

    def command(programs: Path, port: int) -> tuple[str, ...]:
        return (str(programs / "python"), str(PEER_SCRIPTS / script), "--address", "127.0.0.1", "--port", str(port))

    return Server(name, MOSEC, command, replace(request, path="/inference"))


def litserve(script: str, request: Request) -> Server:
    """LitServe, with a program of its own kind."""

    def command(programs: Path, port: int) -> tuple[str, ...]:
        return (str(programs / "python"), str(PEER_SCRIPTS / script), str(port))

    return Server("LitServe", LITSERVE, command, replace(request, path="/predict"), health="/health")


def bentoml_ridge(request: Request) -> Server:
    """BentoML with its adaptive batching."""

    def command(programs: Path, port: int) -> tuple[str, ...]:
        serve = (str(programs / "bentoml"), "serve", "bentoml_ridge:Ridge", "--working-dir", str(PEER_SCRIPTS))
        return (*serve, "--host", "127.0.0.1", "--port", str(port))

    return Server("BentoML", BENTOML, command, request, health="/readyz")


def ray_ridge(request: Request) -> Server:
    """Ray Serve with its batching."""

    def command(programs: Path, port: int) -> tuple[str, ...]:
        modules = f"PYTHONPATH={PEER_SCRIPTS}"
        return ("env", modules, str(programs / "python"), str(PEER_SCRIPTS / "ray_ridge.py"), str(port))

    return Server("Ray Serve", RAY, command, request, health="/-/healthz")


def mlserver_ridge(rows: list[list[float]], answer: list[float]) -> Server:
    """MLServer's scikit-learn runtime with its batching; it speaks the Open Inference Protocol."""

    def command(programs: Path, port: int) -> tuple[str, ...]:
        # The two other listeners cannot be switched off, so they get ports that nothing else uses here.
        ports = (
            f"MLSERVER_HTTP_PORT={port}",
            f"MLSERVER_GRPC_PORT={port + PORT_STEP}",
            f"MLSERVER_METRICS_PORT={port + 2 * PORT_STEP}",
        )
        folder = PEER_SCRIPTS / "mlserver_ridge"
        modules = f"PYTHONPATH={PEER_SCRIPTS}:{folder}"
        return ("env", modules, *ports, str(programs / "mlserver"), "start", str(folder))

    flat = [number for row in rows for number in row]
    tensor = {"name": "data", "shape": [len(rows), len(rows[0])], "datatype": "FP64", "data": flat}
    body = json.dumps({"inputs": [tensor]})
    request = Request(body, answer, path="/v2/models/ridge/infer", find=_first_output)
    return Server("MLServer", MLSERVER, command, request, health="/v2/models/ridge/ready")


def _first_output(answer: object) -> object:
    return answer["outputs"][0]["data"] if isinstance(answer, dict) else answer


def nginx_constant(request: Request, path: str = "/score") -> Server:
    """nginx giving a constant: what one core can do with HTTP when nothing is computed."""

    def command(programs: Path, port: int) -> tuple[str, ...]:
        return nginx.command(programs, port, json.dumps(request.answer))

    return Server(NGINX_LIMIT, NGINX, command, replace(request, path=path))
