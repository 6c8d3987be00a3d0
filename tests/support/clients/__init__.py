"""The generated part of the client packages in `clients/`: one method for each REST operation.

`python -m tests.support.clients` (`make clients`) writes it from the OpenAPI document.
"""
