# The executable alone: `docker build -t longstop .`, then
# `docker run -p 8080:8080 -p 127.0.0.1:8081:8081 -v longstop:/data -v "$PWD:/config:ro" longstop`

FROM node:22-bookworm-slim AS build
WORKDIR /longstop
ARG COMMIT=unknown
ENV LONGSTOP_BUILD_COMMIT=$COMMIT
# Packages first: they change less often than the code.
COPY package.json bun.lock ./
RUN version=$(sed -n 's/.*"packageManager": *"bun@\([^"]*\)".*/\1/p' package.json) \
 && npm install --global "bun@$version" \
 && bun install --frozen-lockfile
COPY tsconfig.json ./
COPY scripts ./scripts
COPY src ./src
RUN bun scripts/build.ts --outfile /out/longstop \
 && mkdir -p /out/data /out/config

# glibc, certificates, time zones and nobody's shell. A container needs no more than the executable.
FROM gcr.io/distroless/base-debian12:nonroot
COPY --from=build /out/longstop /longstop
COPY --from=build --chown=nonroot:nonroot /out/data /data
COPY --from=build --chown=nonroot:nonroot /out/config /config
USER nonroot
WORKDIR /config
ENV LONGSTOP_CONFIG=/config/longstop.config.ts \
    LONGSTOP_DATA=/data \
    LONGSTOP_URL=http://127.0.0.1:8081
VOLUME /data
# 8080 is for providers. 8081 is for operators: publish it to the host's loopback only.
EXPOSE 8080 8081
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s CMD ["/longstop", "health"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["/longstop"]
CMD ["serve", "--admin", "0.0.0.0:8081"]
