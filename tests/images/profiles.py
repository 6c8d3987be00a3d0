"""ICC profiles whose effect is easy to see (ICC.1:2022)."""

import struct

# The primaries of sRGB, adapted to D50, in XYZ.
RED, GREEN, BLUE = (0.4360, 0.2225, 0.0139), (0.3851, 0.7169, 0.0971), (0.1431, 0.0606, 0.7141)
D50 = (0.9642, 1.0, 0.8249)


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">3i", *(round(value * 65536) for value in values))


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256)) + b"\0\0"


def _text(kind: bytes, text: bytes) -> bytes:
    if kind == b"text":
        return b"text\0\0\0\0" + text + b"\0"
    return (b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0").ljust(120, b"\0")


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    tags = {b"desc": _text(b"desc", b"A test"), b"cprt": _text(b"text", b"None"),
            b"wtpt": _xyz(D50), **tags}  # fmt: skip
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, content in tags.items():
        padded = content.ljust(-len(content) % 4 + len(content), b"\0")
        table += struct.pack(">4sII", name, start + len(body), len(content))
        body += padded
    size = start + len(body)
    header = struct.pack(">I4sI4s4s4s", size, b"\0\0\0\0", 0x02400000, b"mntr", space, b"XYZ ")
    header += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", *(round(v * 65536) for v in D50))
    return header.ljust(128, b"\0") + table + body


# Red and green are exchanged.
EXCHANGED = _profile(
    b"RGB ",
    {b"rXYZ": _xyz(GREEN), b"gXYZ": _xyz(RED), b"bXYZ": _xyz(BLUE),
     **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(2.2))},
)  # fmt: skip
# A linear scale of gray: 128 is as light as 188 in sRGB.
LINEAR_GRAY = _profile(b"GRAY", {b"kTRC": _curve(1.0)})
DISPLAY_P3 = _profile(
    b"RGB ",
    {b"rXYZ": _xyz((0.51512, 0.24120, -0.00105)), b"gXYZ": _xyz((0.29198, 0.69225, 0.04189)),
     b"bXYZ": _xyz((0.15710, 0.06657, 0.78407)),
     **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), _curve(2.2))},
)  # fmt: skip
