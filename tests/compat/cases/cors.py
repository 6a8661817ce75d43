"""Cross-origin headers under several settings of AML_CORS_ORIGINS."""

from __future__ import annotations

from tests.compat.case import Case, Group, Headers, Request, Setup, post

ORIGINS = (
    None,
    "https://www.a.com",
    "HTTPS://WWW.A.COM",
    "www.a.com",
    "https://x.b.com",
    "https://evil.com/x.b.com",
    "https://www.a.com.evil.com",
    "https://www.a.com:8080",
    "null",
    "",
)
SETTINGS = {
    "off": "",
    "star": "*",
    "plain": "www.z.com, https://www.a.com,www.a.com",
    "regex": r"https://.*\.b\.com,https://www.a.com",
    "brackets": "https://[xy].b.com",
    "star among others": "https://www.a.com,*",
    "empty entries": ",https://www.a.com, ,",
}


def _origin(origin: str | None, *more: tuple[str, str]) -> Headers:
    return more if origin is None else (("Origin", origin), *more)


def _preflight(origin: str, method: str, headers: str | None = None, target: str = "/score") -> Request:
    asked = (("Access-Control-Request-Method", method),)
    wanted = (("Access-Control-Request-Headers", headers),) if headers is not None else ()
    return Request("OPTIONS", target, _origin(origin, *asked, *wanted))


A = "https://www.a.com"
CASES = (
    *(Case(f"POST from {origin}", post("x", headers=_origin(origin))) for origin in ORIGINS),
    Case("GET", Request("GET", "/score", _origin(A))),
    Case("health", Request("GET", "/", _origin(A))),
    Case("health without origin", Request("GET", "/")),
    Case("swagger", Request("GET", "/swagger.json", _origin(A))),
    Case("swagger, unknown version", Request("GET", "/swagger.json?version=9", _origin(A))),
    Case("400", post(b"\xff", headers=_origin(A))),
    Case("HEAD", Request("HEAD", "/score", _origin(A))),
    Case("404", Request("GET", "/nowhere", _origin(A))),
    Case("405", Request("PUT", "/score", _origin(A))),
    Case("431", post("x", headers=_origin(A, ("x-request-id", "x" * 101)))),
    Case("OPTIONS", Request("OPTIONS", "/score")),
    Case("OPTIONS with origin", Request("OPTIONS", "/score", _origin(A))),
    Case("preflight POST", _preflight(A, "POST")),
    Case("preflight GET", _preflight(A, "GET", "X-Y")),
    Case("preflight with headers", _preflight(A, "POST", "content-type, X-Y")),
    Case("preflight with crowded headers", _preflight(A, "POST", "content-type,x-y ,, x-a")),
    Case("preflight with no headers", _preflight(A, "POST", "")),
    Case("preflight PUT", _preflight(A, "PUT", "x-y")),
    Case("preflight in lower case", _preflight(A, "post", "x-y")),
    Case("preflight from elsewhere", _preflight("https://evil.com", "POST", "x-y")),
    Case("preflight of health", _preflight(A, "GET", "x-y", "/")),
    Case("preflight of swagger", _preflight(A, "GET", None, "/swagger.json")),
    Case("preflight of nowhere", _preflight(A, "GET", None, "/nowhere")),
    Case(
        "preflight from a private network",
        Request(
            "OPTIONS",
            "/score",
            _origin(A, ("Access-Control-Request-Method", "POST"), ("Access-Control-Request-Private-Network", "true")),
        ),
    ),
)
RAW = (
    Case("own headers", Request("POST", "/score?give=own%20cors", _origin(A))),
    Case("own headers by item", Request("POST", "/score?give=set%20header", _origin(A))),
    Case("no own headers", Request("POST", "/score?give=str", _origin(A))),
    Case("preflight", _preflight(A, "POST", "x-y", "/score?give=own%20cors")),
    Case("preflight without own headers", _preflight(A, "POST", "x-y", "/score?give=str")),
    Case("preflight that fails", _preflight(A, "POST", "x-y", "/score?give=int%20header")),
    Case("unserialisable", Request("POST", "/score?give=plain%20bytes", _origin(A))),
)

GROUPS = (
    *(
        Group(f"cors / {name}", Setup("echo.py", environment={"AML_CORS_ORIGINS": value} if value else {}), CASES)
        for name, value in SETTINGS.items()
    ),
    Group("cors / raw", Setup("raw_response.py", environment={"AML_CORS_ORIGINS": A}), RAW),
    Group("cors / by flag", Setup("echo.py", arguments=("--access_control_allow_origins", f"{A},*")), CASES[:3]),
)
