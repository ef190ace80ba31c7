# SPDX-License-Identifier: MIT OR Apache-2.0
"""An aioquic server on 127.0.0.1 for one test; ends by itself after `--seconds`.

Prints `LISTENING {"port": …}`, then a line per connection that begins (CONNECTED), updates its keys (KEYS) or ends
(TERMINATED).
"""

import argparse
import asyncio

from aioquic.asyncio.server import serve
from aioquic.tls import CipherSuite

import interop


class Protocol(interop.Protocol):
    """Updates the keys once, as soon as the handshake is confirmed, if told to."""

    updates_keys = False
    phases = 0
    _phase = 0

    def quic_event_received(self, event):
        super().quic_event_received(event)
        quic = self._quic
        if self.updates_keys and quic._handshake_confirmed and not self.phases:
            self.phases = 1
            self.request_key_update()
        pair = quic._cryptos.get(interop.ONE_RTT)
        if pair is not None and pair.key_phase != self._phase:
            self._phase = pair.key_phase
            interop.report("KEYS", phase=self._phase)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate", required=True)
    parser.add_argument("--key", required=True)
    parser.add_argument("--retry", action="store_true")
    parser.add_argument("--key-update", action="store_true")
    parser.add_argument("--suite", type=lambda text: CipherSuite(int(text, 16)))
    parser.add_argument("--version", type=lambda text: int(text, 16))
    parser.add_argument("--seconds", type=float, default=90)
    arguments = parser.parse_args()

    Protocol.updates_keys = arguments.key_update
    configuration = interop.configuration(is_client=False)
    configuration.load_cert_chain(arguments.certificate, arguments.key)
    if arguments.suite:
        configuration.cipher_suites = [arguments.suite]
    if arguments.version:
        configuration.supported_versions = [arguments.version]
    server = await serve(
        "127.0.0.1",
        0,
        configuration=configuration,
        create_protocol=Protocol,
        retry=arguments.retry,
        stream_handler=lambda reader, writer: asyncio.ensure_future(interop.serve_stream(reader, writer)),
    )
    interop.report("LISTENING", port=server._transport.get_extra_info("sockname")[1])
    await asyncio.sleep(arguments.seconds)


asyncio.run(main())
