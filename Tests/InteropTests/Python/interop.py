# SPDX-License-Identifier: MIT OR Apache-2.0
"""The little request protocol of the interoperability tests, as aioquic speaks it; see InteropRequest.swift.

Requests: `echo`, `sink` (both with a body), `source LENGTH`, `close CODE REASON`.
"""

import hashlib
import json

from aioquic.asyncio.protocol import QuicConnectionProtocol
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import ConnectionTerminated, HandshakeCompleted
from aioquic.tls import Epoch

ALPN = "x0x-interop"
ONE_RTT = Epoch.ONE_RTT
BLOCK = bytes((i * i * 31 + (i >> 4)) & 0xFF for i in range(65_521))


def pattern(count):
    """The first `count` bytes that both sides can make."""
    return (BLOCK * (count // len(BLOCK) + 1))[:count]


def configuration(is_client, **options):
    return QuicConfiguration(
        is_client=is_client, alpn_protocols=[ALPN], max_data=16 << 20, max_stream_data=2 << 20, **options
    )


def report(event, **values):
    """Prints one line for the test: a word and a JSON object."""
    print(event, json.dumps(values, sort_keys=True), flush=True)


class Protocol(QuicConnectionProtocol):
    """Reports the beginning and the end of its connection."""

    terminated = None
    remote = None

    def datagram_received(self, data, addr):
        self.remote = addr
        super().datagram_received(data, addr)

    def quic_event_received(self, event):
        if isinstance(event, HandshakeCompleted):
            suite = self._quic.tls.key_schedule.cipher_suite
            report("CONNECTED", alpn=event.alpn_protocol, suite=f"{suite:04x}")
        elif isinstance(event, ConnectionTerminated):
            self.terminated = event
            report(
                "TERMINATED",
                code=event.error_code,
                isApplication=event.frame_type is None,
                reason=event.reason_phrase,
            )
        super().quic_event_received(event)


def answer(protocol, request):
    """The answer to a whole request; None for `close`."""
    line, _, body = request.partition(b"\n")
    verb, *arguments = line.decode().split(" ", 2)
    if verb == "echo":
        return body
    if verb == "sink":
        return f"{len(body)} {hashlib.sha256(body).hexdigest()}".encode()
    if verb == "source":
        return pattern(int(arguments[0]))
    if verb == "close":
        protocol.close(int(arguments[0]), arguments[1])
        return None
    raise ValueError(f"unknown request {verb!r}")


async def serve_stream(reader, writer):
    reply = answer(writer.transport.protocol, await reader.read())
    if reply is not None:
        writer.write(reply)
        writer.write_eof()


async def ask(protocol, request):
    """Sends a request on a stream of its own and returns the whole answer."""
    reader, writer = await protocol.create_stream()
    writer.write(request)
    writer.write_eof()
    return await reader.read()
