"""The deployment of compose.yaml in real containers: `make deploy-test`."""
