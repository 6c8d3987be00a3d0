"""Browser tests of the web client: `make e2e`."""
