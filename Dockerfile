# The scoring server as an image: no script and no model inside, these are mounted or added on top.
#
#   docker build --tag scoring-runtime .
#   docker build --tag scoring-runtime --build-arg EXTRAS=examples .      with scikit-learn and Pillow
#
# Serve main.py of the current folder, or another script of it, with the model in ./model:
#
#   docker run --rm -p 5001:5001 -v "$PWD:/var/azureml-app:ro" -v "$PWD/model:/var/azureml-model:ro" \
#     scoring-runtime [score.py]
#
# AZUREML_ENTRY_SCRIPT names the script as well. A model path of the documented form is relative to
# /var/azureml-app; this serves the first example, once it is trained:
#
#   docker run --rm -p 5001:5001 -v "$PWD/examples/diabetes:/var/azureml-app:ro" \
#     -e AZUREML_ENTRY_SCRIPT=score.py -e AZUREML_MODEL_DIR=azureml-models/diabetes/1 scoring-runtime
#
# An image of one's own begins `FROM scoring-runtime`, installs what the script imports (`USER root`,
# `RUN pip install --no-cache-dir ...`, `USER 10001:10001`) and copies script and model to the two folders.
# Another port inside the container is set with -e SERVER_PORT, which the health check reads too.

FROM python:3.12-slim AS builder
ARG EXTRAS=""
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY scoring_runtime ./scoring_runtime
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels . \
    && python -m venv /opt/venv \
    && set -- /wheels/*.whl \
    && /opt/venv/bin/pip install --no-cache-dir "${1}${EXTRAS:+[${EXTRAS}]}"

FROM python:3.12-slim
LABEL org.opencontainers.image.title="scoring-runtime" \
      org.opencontainers.image.description="Serves score.py entry scripts (init/run) over HTTP" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.base.name="docker.io/library/python:3.12-slim"
RUN groupadd --gid 10001 scoring \
    && useradd --uid 10001 --gid 10001 --no-log-init --no-create-home --home-dir /var/azureml-app \
       --shell /usr/sbin/nologin scoring \
    && install --directory --owner=10001 --group=10001 /var/azureml-app /var/azureml-model
COPY --from=builder /opt/venv /opt/venv
ENV PATH="/opt/venv/bin:${PATH}" \
    PYTHONUNBUFFERED=1 \
    AML_APP_ROOT=/var/azureml-app \
    AZUREML_MODEL_DIR=/var/azureml-model \
    SERVER_HOST=0.0.0.0 \
    SERVER_PORT=5001
WORKDIR /var/azureml-app
USER 10001:10001
EXPOSE 5001
STOPSIGNAL SIGTERM
# Ready, not only alive: who waits for "healthy" wants answers. Failures while init() runs do not count.
HEALTHCHECK --interval=10s --timeout=3s --start-period=300s --retries=3 \
    CMD ["python", "-c", "import http.client as h, os, sys; c = h.HTTPConnection('127.0.0.1', int(os.environ['SERVER_PORT']), timeout=2); c.request('GET', '/health/ready'); sys.exit(c.getresponse().status != 200)"]
ENTRYPOINT ["python", "-m", "scoring_runtime"]
