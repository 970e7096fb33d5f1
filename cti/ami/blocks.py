"""AMI's text: cutting a byte stream into blocks, and a block into its fields."""

END = b"\r\n\r\n"
EVENT = b"Event: "
MOST_WITHOUT_END = 1 << 20  # bytes; Asterisk's own blocks stay below 64 KiB


class Framer:
    """Cuts a stream into blocks. Works on bytes, so a character split across reads stays whole."""

    __slots__ = ("_tail",)

    def __init__(self) -> None:
        self._tail = b""

    def feed(self, data: bytes) -> list[bytes]:
        """The blocks that `data` completes, without their ends.

        ValueError: 1 MiB came without an end of block; this is no AMI.
        """
        blocks = (self._tail + data if self._tail else data).split(END)
        self._tail = blocks.pop()
        if len(self._tail) > MOST_WITHOUT_END:
            raise ValueError("1 MiB without an end of block")
        return blocks


def event_name(block: bytes) -> bytes:
    """The name of an event block, read without parsing the rest; empty for anything else."""
    if not block.startswith(EVENT):
        return b""
    end = block.find(b"\r\n")
    return block[len(EVENT) : end] if end >= 0 else block[len(EVENT) :]


def fields_of(block: bytes) -> dict[str, str]:
    """A block's fields in their order. Bytes that are not UTF-8 become U+FFFD.

    Of a repeated field the first counts: what a dialplan adds at the end of an event (UserEvent)
    cannot replace what Asterisk itself said at its start.
    """
    lines = block.decode("utf-8", "replace").split("\r\n")
    fields = {key: value for key, _, value in [line.partition(": ") for line in lines]}
    if len(fields) < len(lines):
        for line in reversed(lines):
            key, _, value = line.partition(": ")
            fields[key] = value
    return fields
