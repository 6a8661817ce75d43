"""Answers with the part of the raw request that the query's `show` names."""

from azureml.contrib.services.aml_request import AMLRequest, rawhttp

WSGI_NAMES = (
    "REQUEST_METHOD", "PATH_INFO", "QUERY_STRING", "CONTENT_TYPE", "CONTENT_LENGTH", "SERVER_PROTOCOL", "SCRIPT_NAME",
    "HTTP_HOST", "HTTP_X_A", "HTTP_ACCEPT", "REMOTE_ADDR", "RAW_URI", "REQUEST_URI", "wsgi.url_scheme", "wsgi.version",
)  # fmt: skip


def after_form(request):
    form = request.form.to_dict(flat=False)
    return [form, request.get_data(as_text=True)]


def upload(file):
    return {
        "name": file.name,
        "filename": file.filename,
        "type": file.content_type,
        "mimetype": file.mimetype,
        "parameters": file.mimetype_params,
        "length": file.content_length,
        "headers": sorted(file.headers.items()),
        "content": file.read().decode("latin-1"),
        "again": [file.seek(0), file.stream.read().decode("latin-1")][1],
    }


def stream_then_data(request):
    first = request.stream.read(3)
    return [first.decode("latin-1"), request.stream.read().decode("latin-1"), request.get_data(as_text=True)]


SHOWN = {
    "line": lambda r: [r.method, r.path, r.full_path, r.url, r.base_url, r.url_root, r.host_url, r.root_path],
    "origin": lambda r: [r.remote_addr, r.scheme, r.host, r.is_secure, r.root_url, list(r.access_route)],
    "query": lambda r: [r.query_string.decode("latin-1"), r.args.to_dict(flat=False), sorted(r.args.keys())],
    "first": lambda r: [r.args["a"], r.args.get("a"), r.args.getlist("a"), r.args.get("none", "default")],
    "typed": lambda r: [r.args.get("a", type=int), r.args.get("b", 5, type=int)],
    "missing": lambda r: r.args["none"],
    "data": lambda r: [r.data.decode("latin-1"), r.get_data(as_text=True)],
    "get_data": lambda r: [r.get_data().decode("latin-1"), r.get_data().decode("latin-1"), r.data.decode("latin-1")],
    "get_data(False)": lambda r: [r.get_data(False).decode("latin-1"), r.get_data().decode("latin-1")],
    "as_text": lambda r: r.get_data(as_text=True),
    "parse_form_data": lambda r: [r.get_data(parse_form_data=True).decode("latin-1"), r.form.to_dict(flat=False)],
    "stream": stream_then_data,
    "form": lambda r: [r.form.to_dict(flat=False), r.values.to_dict(flat=False), r.data.decode("latin-1")],
    "form item": lambda r: [r.form["a"], r.form.getlist("a"), r.form.get("none"), "a" in r.form, len(r.form)],
    "after form": after_form,
    "files": lambda r: {name: [upload(each) for each in r.files.getlist(name)] for name in r.files},
    "file": lambda r: [r.files["image"].read().decode("latin-1"), "none" in r.files, bool(r.files)],
    "json": lambda r: r.json,
    "get_json": lambda r: r.get_json(),
    "get_json(force)": lambda r: r.get_json(force=True),
    "get_json(silent)": lambda r: r.get_json(silent=True),
    "get_json(both)": lambda r: r.get_json(force=True, silent=True),
    "is_json": lambda r: [r.is_json, r.content_type, r.mimetype, r.mimetype_params, r.content_length],
    "headers": lambda r: [[name, value] for name, value in r.headers],
    "header": lambda r: [r.headers.get("x-a"), r.headers["X-A"], "x-A" in r.headers, r.headers.get("none", "default")],
    "header missing": lambda r: r.headers["none"],
    "header dict": lambda r: [sorted(dict(r.headers).items()), sorted(r.headers.keys()), len(r.headers)],
    "header list": lambda r: [r.headers.getlist("x-a"), r.headers.get_all("x-a"), r.headers.get("x-n", type=int)],
    "cookies": lambda r: [r.cookies.to_dict(), r.cookies.get("a"), r.cookies.get("none")],
    "accept": lambda r: [r.accept_mimetypes.best, list(r.accept_languages.values()), str(r.accept_encodings)],
    "agent": lambda r: [str(r.user_agent), r.user_agent.string, r.referrer, r.authorization and r.authorization.type],
    "credentials": lambda r: [r.authorization.username, r.authorization.password],
    "environ": lambda r: {name: r.environ.get(name) for name in WSGI_NAMES},
    "str": lambda r: [str(r), repr(r), f"{r}"],
    "identity": lambda r: [isinstance(r, AMLRequest), bool(r), r.is_multithread, r.is_multiprocess],
    "dates": lambda r: [str(r.if_modified_since), str(r.range), r.pragma.to_header(), str(r.cache_control)],
}


def init():
    pass


@rawhttp
def run(request):
    return SHOWN[request.args.get("show", "line")](request)
