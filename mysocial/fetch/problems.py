"""The error of a page that was not read."""


class FetchError(Exception):
    """A page was not read. The text says why; it is for logs, and does not quote the page.

    Attributes:
        is_temporary: Whether another attempt may succeed: the site did not respond, or was busy.
    """

    def __init__(self, reason: str, *, is_temporary: bool = False) -> None:
        super().__init__(reason)
        self.is_temporary = is_temporary
