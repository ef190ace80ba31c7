// SPDX-License-Identifier: MIT OR Apache-2.0

public import Primitives

/// What a connection tells the layer above it.
public enum ConnectionEvent: Sendable {
    /// Slow cryptography to be done elsewhere; answer with `cryptoCompleted`.
    case cryptoRequested(TLSCryptoRequest)
    /// The handshake is complete and the peer has proved possession of this raw public key.
    case handshakeCompleted(peerPublicKey: [UInt8])
    /// The peer opened a stream.
    case streamOpened(StreamID)
    /// Data or the end of a stream can be read.
    case streamReadable(StreamID)
    /// A stream that accepted less than offered has room again.
    case streamWritable(StreamID)
    /// Streams of this direction can be opened again.
    case streamsAvailable(StreamDirection)
    /// Everything written to the stream, its end included, was acknowledged.
    case streamFinished(StreamID)
    /// The peer abandoned its side.
    case streamReset(StreamID, code: UInt64)
    /// The peer does not want more of our side.
    case streamStopped(StreamID, code: UInt64)
    /// The peer reports the address it sees us at (spec 02 §6.4).
    case observedAddress(NetworkAddress)
    /// The peer has moved to this address and proved it (RFC 9000 §9).
    case pathChanged(NetworkAddress)
    /// Datagrams wait to be taken with `receiveDatagram` (RFC 9221).
    case datagramsReadable
    /// The connection is over for the application; packets may still be answered for three probe timeouts.
    case closed(ConnectionEnd)
    /// The connection can be forgotten.
    case drained
}

/// What the endpoint has to know to route datagrams.
enum RouteChange: Equatable, Sendable {
    /// Packets to this id belong to this connection from now on.
    case issued(ConnectionID)
    /// Packets to this id no longer belong to this connection.
    case retired(ConnectionID)
}
