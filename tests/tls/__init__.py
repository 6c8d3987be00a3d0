"""The web client in a browser, over TLS, at the layout of production: `make e2e-tls`."""
