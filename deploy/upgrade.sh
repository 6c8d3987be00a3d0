#!/bin/sh
# Upgrade the site of compose.yaml without an interruption. Run it in the checkout of the new release.
#
# One of the two HTTP and of the two WebSocket servers always runs; the proxy uses the other one.
# WebSockets are closed with code 1012, and clients resume from their cursor. If a step fails, the
# remaining services still run the old image; run the script again, or go back with TAG=<old tag>.
set -eu
cd "$(dirname "$0")/.."

if [ "${BUILD:-1}" = 1 ]; then
    docker compose build --build-arg "COMMIT=$(git rev-parse HEAD 2>/dev/null || true)" prepare
fi
docker compose run --rm --no-deps prepare
for service in http-a http-b ws-a ws-b worker media beat flower; do
    docker compose up --detach --no-deps --no-build --wait "$service"
done
# Start what does not run. Redis, MongoDB and the proxy are not replaced: after a change of their
# image or configuration, run `docker compose up --detach --wait`, which interrupts the site.
docker compose up --detach --no-build --no-recreate --wait
