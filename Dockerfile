# docker build -t presque . && docker run -p 127.0.0.1:5000:5000 -e PRESQUE_INSECURE=1 -v presque:/data presque
FROM node:24-bookworm-slim AS build
WORKDIR /presque
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends redis-server && rm -rf /var/lib/apt/lists/*
WORKDIR /presque
COPY --from=build /presque/node_modules node_modules
COPY --from=build /presque/dist dist
RUN install -d -o node -g node -m 700 /data
USER node
# Without tokens every client that reaches the port may do everything. So presque starts here only
# with PRESQUE_TOKENS, or with PRESQUE_INSECURE=1 from the person who runs it.
ENV HOST=0.0.0.0 PRESQUE_DATA=/data
VOLUME /data
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=3s CMD ["node", "-e", "fetch('http://127.0.0.1:5000/health/live').then(r => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli/serve.js"]
