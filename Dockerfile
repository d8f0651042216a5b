# mockserver in a container:
#   docker build -t mockserver . && docker run --rm -p 8080:8080 mockserver

FROM python:3.12-slim AS build
WORKDIR /src
COPY pyproject.toml README.md LICENSE ./
COPY mockserver mockserver
COPY fixtures fixtures
COPY contracts contracts
RUN pip wheel --no-cache-dir --no-deps --wheel-dir /wheels .
# The wheel alone, in an environment of its own. Bytecode is not checked against sources again: they stay.
RUN python -m venv /opt/mockserver \
 && /opt/mockserver/bin/pip install --no-cache-dir --no-compile /wheels/*.whl \
 && /opt/mockserver/bin/pip uninstall --yes --quiet pip \
 && python -m compileall -q --invalidation-mode unchecked-hash /opt/mockserver

FROM python:3.12-slim
LABEL org.opencontainers.image.title="mockserver" \
      org.opencontainers.image.licenses="MIT"
# The base image comes without bytecode, which would cost every start about a second.
RUN python -m compileall -q --invalidation-mode unchecked-hash -x 'site-packages|/test/|/idlelib/|/tkinter/' \
      /usr/local/lib/python3.12 \
 && useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin mockserver
COPY --from=build /opt/mockserver /opt/mockserver
ENV PATH=/opt/mockserver/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MOCKSERVER_HOST=0.0.0.0
# A number, so that Kubernetes sees that it is not root.
USER 10001
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=4s --start-period=5s --retries=3 CMD ["mockserver", "wait", "--timeout", "2", "--quiet"]
ENTRYPOINT ["mockserver"]
CMD ["serve"]
