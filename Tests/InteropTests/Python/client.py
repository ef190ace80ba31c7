# SPDX-License-Identifier: MIT OR Apache-2.0
"""An aioquic client on 127.0.0.1 that plays one scenario against our server; exits 0 only if all of it went well."""

import argparse
import asyncio
import hashlib
import ssl
import time

from aioquic.quic.connection import QuicConnection
from aioquic.quic.logger import QuicLogger
from aioquic.quic.packet import QuicProtocolVersion
from aioquic.tls import CipherSuite

import interop

MEBIBYTE = 1 << 20


def unreadable_packets(logger):
    """Why packets of ours were dropped, other than late ones whose keys were gone."""
    events = [event for trace in logger.to_dict()["traces"] for event in trace["events"]]
    triggers = [event["data"]["trigger"] for event in events if event["name"] == "transport:packet_dropped"]
    return [trigger for trigger in triggers if trigger != "key_unavailable"]


def check(condition, text):
    if not condition:
        raise AssertionError(text)


async def handshake(protocol):
    check(await interop.ask(protocol, b"echo\nhello") == b"hello", "the echo differs")


async def bulk(protocol):
    content = interop.pattern(10 * MEBIBYTE)
    start = time.monotonic()
    reply = await interop.ask(protocol, b"sink\n" + content)
    check(reply == f"{len(content)} {hashlib.sha256(content).hexdigest()}".encode(), f"the upload differs: {reply}")
    middle = time.monotonic()
    check(await interop.ask(protocol, b"source %d\n" % len(content)) == content, "the download differs")
    interop.report(
        "MEASURED", upload=round(10 / (middle - start), 1), download=round(10 / (time.monotonic() - middle), 1)
    )


async def transfer(protocol):
    """One mebibyte each way, for bad networks."""
    content = interop.pattern(MEBIBYTE)
    reply = await interop.ask(protocol, b"sink\n" + content)
    check(reply == f"{len(content)} {hashlib.sha256(content).hexdigest()}".encode(), f"the upload differs: {reply}")
    check(await interop.ask(protocol, b"source %d\n" % len(content)) == content, "the download differs")


async def parallel(protocol):
    bodies = [interop.pattern(4_096 + 97 * index) for index in range(100)]
    replies = await asyncio.gather(*(interop.ask(protocol, b"echo\n" + body) for body in bodies))
    check(replies == bodies, "an echo differs")


async def key_update(protocol):
    pair = protocol._quic._cryptos[interop.ONE_RTT]
    for expected in (1, 0, 1):
        await handshake(protocol)
        before = pair.key_phase
        protocol.request_key_update()
        await protocol.ping()
        check(pair.key_phase != before, "the keys were not updated")
        await handshake(protocol)


async def close_by_client(protocol):
    await handshake(protocol)
    protocol.close(4_242, "client is done")


async def close_by_server(protocol):
    reader, writer = await protocol.create_stream()
    writer.write(b"close 77 server is done\n")
    writer.write_eof()
    await protocol.wait_closed()
    event = protocol.terminated
    check(
        (event.error_code, event.frame_type, event.reason_phrase) == (77, None, "server is done"), f"wrong end: {event}"
    )


async def rebind(protocol):
    """Moves to another local port in the middle of an exchange."""
    await handshake(protocol)
    old = protocol._transport
    await asyncio.get_running_loop().create_datagram_endpoint(lambda: protocol, local_addr=("127.0.0.1", 0))
    check(protocol._transport is not old, "the port is the same")
    old.abort()
    await transfer(protocol)


SCENARIOS = {
    "handshake": handshake,
    "bulk": bulk,
    "transfer": transfer,
    "parallel": parallel,
    "key-update": key_update,
    "close-by-client": close_by_client,
    "close-by-server": close_by_server,
    "rebind": rebind,
}


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("scenario", choices=SCENARIOS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--root", required=True, help="the certificate to trust, PEM")
    parser.add_argument("--suite", type=lambda text: CipherSuite(int(text, 16)))
    parser.add_argument("--first-version", type=lambda text: int(text, 16))
    parser.add_argument("--alpn")
    parser.add_argument("--seconds", type=float, default=50)
    arguments = parser.parse_args()

    configuration = interop.configuration(is_client=True, server_name="localhost", verify_mode=ssl.CERT_REQUIRED)
    configuration.load_verify_locations(arguments.root)
    configuration.quic_logger = QuicLogger()
    if arguments.suite:
        configuration.cipher_suites = [arguments.suite]
    if arguments.first_version:
        configuration.original_version = arguments.first_version
        configuration.supported_versions = [QuicProtocolVersion.VERSION_1, arguments.first_version]
    if arguments.alpn:
        configuration.alpn_protocols = [arguments.alpn]

    async with asyncio.timeout(arguments.seconds):
        transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: interop.Protocol(QuicConnection(configuration=configuration)), local_addr=("127.0.0.1", 0)
        )
        protocol.connect(("127.0.0.1", arguments.port))
        try:
            await protocol.wait_connected()
        except ConnectionError:
            raise SystemExit(3) from None  # the TERMINATED line says why
        if arguments.first_version:
            check(protocol._quic._version_negotiated_incompatible, "no version was negotiated")
        await SCENARIOS[arguments.scenario](protocol)
        protocol.close()
        await protocol.wait_closed()
        dropped = unreadable_packets(configuration.quic_logger)
        check(not dropped, f"packets could not be read: {dropped}")


asyncio.run(main())
