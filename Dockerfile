# One image with the server, its console and the command line. Three stages: the packages that run, the console, and
# what is left. Which Node is in it, and why: docs/decisions/0020-node-in-the-image.md.

FROM node:26.10.0-trixie-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# The Node that comes as a package is for machines without this one: 200 MB that nothing here uses.
# Not `npm ci`: see docs/decisions/0003-node-as-a-package.md. What is locked is installed, and nothing else.
RUN npm install --no-save --omit=dev --ignore-scripts --no-audit --no-fund \
  && rm -rf node_modules/node-linux-* node_modules/node-bin-* node_modules/.bin/node

FROM node:26.10.0-trixie-slim AS console
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --no-save --ignore-scripts --no-audit --no-fund
COPY tsconfig.json ./
COPY web web
COPY src src
COPY scripts/build-web.mjs scripts/build-web.mjs
RUN node scripts/build-web.mjs

FROM node:26.10.0-trixie-slim
LABEL org.opencontainers.image.title="Roomkeeper" \
  org.opencontainers.image.licenses="AGPL-3.0-only"
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 DATA_DIR=/data LOG_FORMAT=json
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=console /app/web/dist web/dist
COPY package.json LICENSE ./
COPY bin bin
COPY deploy/healthy.mjs deploy/healthy.mjs
COPY src src
# Started once, so that the image holds compiled code: at run time nothing below /app can be written.
RUN ln -s /app/bin/roomkeeper.mjs /usr/local/bin/roomkeeper \
  && mkdir /data && chown node:node /data \
  && roomkeeper --version \
  && DATA_DIR=/home/node/first HOST=127.0.0.1 timeout --preserve-status --signal=TERM 15 \
    node --max-semi-space-size=2 --import ./bin/lean.mjs src/main.ts \
  && rm -rf /home/node/first
USER node
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 CMD ["node", "deploy/healthy.mjs"]
CMD ["node", "--max-semi-space-size=2", "--import", "./bin/lean.mjs", "src/main.ts"]
