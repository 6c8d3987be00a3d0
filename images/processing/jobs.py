"""The loop of the processes that decode the files of members.

Such a process forks another one for each file, which has limits of its own and shares nothing with
other files. A fork of this small process takes milliseconds; starting an interpreter takes a tenth
of a second. Nothing here may import Django.

It receives jobs from `client.py` over the socket at standard input: a line of JSON, with two open
files, the upload and the file for the result. It returns a line of JSON for each job.
"""

import json
import os
import resource
import select
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from typing import IO, Any, NoReturn

from images.processing.limits import InvalidMedia, Limits, ProcessedMedia

TOO_LONG = "This file takes too long to process."
TOO_MUCH_MEMORY = "This file takes too much memory to process."
TOO_LARGE_RESULT = "The processed file would be too large."
DAMAGED = "This file is damaged."
MAX_MESSAGE_BYTES = 4096
# By the signal that ended the process of a file. Only an out-of-memory killer sends SIGKILL.
REASONS = {signal.SIGXCPU: TOO_LONG, signal.SIGKILL: TOO_MUCH_MEMORY}
Process = Callable[[str, IO[bytes], IO[bytes]], ProcessedMedia]


def serve(process: Process) -> None:
    """Serve jobs until the worker closes the socket.

    Args:
        process: Processes a file of a content type: the upload, and the file for the result.
    """
    with socket.socket(fileno=os.dup(sys.stdin.fileno())) as control:
        while True:
            message, files, _flags, _address = socket.recv_fds(control, MAX_MESSAGE_BYTES, 2)
            if not message:
                return
            try:
                result = _run_in_child(process, json.loads(message), files, control)
            finally:
                for descriptor in files:
                    os.close(descriptor)
            control.sendall(json.dumps(result).encode() + b"\n")


def _run_in_child(
    process: Process, job: dict[str, Any], files: list[int], control: socket.socket
) -> dict[str, Any]:
    """Process a file in a forked process, and return its result or why it failed."""
    limits = Limits(*job["limits"])
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reader)
        control.close()
        _run_job(partial(process, job["content_type"]), files, limits, writer)
    os.close(writer)
    try:
        # The process writes its result at once, or ends, which closes the pipe.
        ready = _wait_for(reader, control.fileno(), seconds=limits.wall_seconds)
        if reader not in ready:
            os.kill(pid, signal.SIGKILL)
        result = os.read(reader, MAX_MESSAGE_BYTES) if reader in ready else b""
    finally:
        os.close(reader)
        _, status = os.waitpid(pid, 0)
    if control.fileno() in ready:
        sys.exit(0)  # The worker has ended.
    if result:
        return dict(json.loads(result))
    if not ready:
        return {"error": TOO_LONG}
    signal_number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    return {"error": REASONS.get(signal_number, DAMAGED)}  # type: ignore[call-overload]


def _wait_for(*descriptors: int, seconds: float) -> list[int]:
    """Return which of them can be read, or have ended; none after this time."""
    return select.select(descriptors, [], [], seconds)[0]


def _run_job(
    process: Callable[[IO[bytes], IO[bytes]], ProcessedMedia],
    files: list[int],
    limits: Limits,
    writer: int,
) -> NoReturn:
    """Process a file within limits, write the result to a pipe, and end this process."""
    _apply_limits(limits)
    try:
        source, output = (os.fdopen(descriptor, "r+b", closefd=False) for descriptor in files)
        source.seek(0)
        result: dict[str, Any] = process(source, output)._asdict()
        output.flush()
    except InvalidMedia as error:
        result = {"error": str(error)}
    except MemoryError:
        result = {"error": TOO_MUCH_MEMORY}
    except Exception as error:  # noqa: BLE001 - decoders raise many types for an invalid file
        result = {"error": _describe(error)}
    os.write(writer, json.dumps(result).encode())
    os._exit(0)


def _apply_limits(limits: Limits) -> None:
    # At the hard limit of CPU time, the signal would be SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.output_bytes, limits.output_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "darwin":  # macOS has no such limit.
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


def _describe(error: Exception) -> str:
    """Return why a file cannot be processed, for its owner."""
    if isinstance(error, OSError) and error.errno is not None:
        return TOO_LARGE_RESULT
    return DAMAGED
