"""A small local mail server, with as much of RFC 5321 as one message needs."""

from __future__ import annotations

import threading
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType


class MailServer:
    """Records the recipients of messages, and refuses those that a test names."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        """The recipients of all messages that were offered."""
        self.taken: list[str] = []
        """The recipients of the messages that were accepted."""
        self.refusals: dict[str, tuple[str, int]] = {}
        """By address: the command that is refused (MAIL, RCPT, or DATA at its end), and the reply code."""

    def __enter__(self) -> MailServer:
        self._tcp = ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._tcp.daemon_threads = True
        self.port = self._tcp.server_address[1]
        threading.Thread(target=self._tcp.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tcp.shutdown()
        self._tcp.server_close()

    def answer(self, command: str, address: str) -> tuple[int, str]:
        """The reply to a command that concerns an address."""
        refused_at, code = self.refusals.get(address, ("", 0))
        if command == refused_at:
            return code, f"nothing from or for {address}"
        if command == "DATA":
            self.taken.append(address)
        return (221, "good-bye") if command == "QUIT" else (250, "OK")

    def _handler(self) -> type[StreamRequestHandler]:
        server = self

        class Handler(StreamRequestHandler):
            def handle(self) -> None:
                self._say(220, "here")
                reader, command = "", ""
                while command != "QUIT":
                    # A closed connection counts as QUIT.
                    line = self.rfile.readline() or b"QUIT"
                    command, _, rest = line.decode().strip().upper().partition(" ")
                    address = rest.lower().partition("<")[2].partition(">")[0]
                    if command == "RCPT":
                        reader = address
                        server.asked.append(reader)
                    if command == "DATA":
                        self._read_letter()
                    self._say(*server.answer(command, address or reader))

            def _read_letter(self) -> None:
                self._say(354, "go on")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass

            def _say(self, code: int, text: str) -> None:
                self.wfile.write(f"{code} {text}\r\n".encode())

        return Handler
