# The proxy with the portal's files: docker build -f deploy/portal.Dockerfile -t docflow/portal .
ARG NODE=22-bookworm-slim
ARG NGINX=1.28

FROM node:${NODE} AS build
WORKDIR /portal
COPY services/frontend/package.json services/frontend/package-lock.json services/frontend/.npmrc ./
RUN --mount=type=cache,target=/cache/npm npm ci --cache /cache/npm --omit=dev --no-progress
COPY services/frontend/index.html services/frontend/vite.config.ts ./
COPY services/frontend/public public
COPY services/frontend/src src
RUN npm run build

FROM nginxinc/nginx-unprivileged:${NGINX}
LABEL org.opencontainers.image.title="DocFlow AI portal" org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /portal/dist /usr/share/nginx/portal
EXPOSE 8080 8443
