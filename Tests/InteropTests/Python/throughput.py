# SPDX-License-Identifier: MIT OR Apache-2.0
"""Bulk throughput of aioquic with itself over loopback, in MB/s: the floor of `x0x-bench quic`.

usage: throughput.py [MEBIBYTES]
"""

import asyncio
import datetime
import ssl
import sys
import tempfile
import time

from aioquic.asyncio import QuicConnectionProtocol, connect, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import StreamDataReceived
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


def credentials(directory):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    with open(f"{directory}/certificate.pem", "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    with open(f"{directory}/key.pem", "wb") as file:
        file.write(
            key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )


async def main(byte_count):
    received = 0
    complete = asyncio.Event()

    class Receiver(QuicConnectionProtocol):
        def quic_event_received(self, event):
            nonlocal received
            if isinstance(event, StreamDataReceived):
                received += len(event.data)
                if event.end_stream:
                    complete.set()

    with tempfile.TemporaryDirectory() as directory:
        credentials(directory)
        configuration = QuicConfiguration(
            is_client=False,
            alpn_protocols=["bench"],
            max_datagram_size=1452,
            max_data=16 << 20,
            max_stream_data=16 << 20,
        )
        configuration.load_cert_chain(f"{directory}/certificate.pem", f"{directory}/key.pem")
        server = await serve(
            "127.0.0.1", 0, configuration=configuration, create_protocol=Receiver
        )
        port = server._transport.get_extra_info("sockname")[1]
        client = QuicConfiguration(
            is_client=True,
            alpn_protocols=["bench"],
            verify_mode=ssl.CERT_NONE,
            max_datagram_size=1452,
        )
        async with connect("127.0.0.1", port, configuration=client) as connection:
            start = time.monotonic()
            _, writer = await connection.create_stream(is_unidirectional=True)
            writer.write(bytes(byte_count))
            writer.write_eof()
            await complete.wait()
            elapsed = time.monotonic() - start
        server.close()
    if received != byte_count:
        sys.exit(f"{received} of {byte_count} bytes arrived")
    print(f"{byte_count / 1e6 / elapsed:.2f}")


if __name__ == "__main__":
    asyncio.run(main((int(sys.argv[1]) if len(sys.argv) > 1 else 16) << 20))
