# One process, not root, CPU only; all state in the volume /home/footnote/state.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY pyproject.toml requirements.lock README.md ./
COPY retrieval retrieval
COPY ingest ingest
COPY evals evals
COPY api api
RUN python -m venv /opt/footnote \
    && /opt/footnote/bin/pip install --no-cache-dir --upgrade pip \
    && /opt/footnote/bin/pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu 'torch==2.13.0+cpu' \
    && /opt/footnote/bin/pip install --no-cache-dir --no-deps -r requirements.lock \
    && /opt/footnote/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --create-home --uid 10001 footnote \
    && install -d -o footnote -g footnote /home/footnote/state
COPY --from=build /opt/footnote /opt/footnote
ENV PATH=/opt/footnote/bin:$PATH \
    FOOTNOTE_HOME=/home/footnote/state \
    PYTHONUNBUFFERED=1
USER footnote
VOLUME /home/footnote/state
EXPOSE 8000
# A server that others can reach wants a key: make one first with `footnote key add NAME --role admin`.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
    CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"
ENTRYPOINT ["footnote"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
