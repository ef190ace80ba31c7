// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Primitives
internal import X0X
internal import X0XAPI

extension NetworkStatusResponse {
    /// All but the uptime, which is the server's.
    init(_ status: NetworkStatus) {
        self.init()
        self.localAddress = status.localAddress.description
        self.externalAddresses = status.externalAddresses.map(\.description)
        self.natType = status.natType
        self.hasGlobalAddress = status.hasGlobalAddress
        self.canReceiveDirect = status.canReceiveDirect
        self.connectedPeers = UInt64(status.connectedPeers)
        self.directConnections = status.directConnections
        self.relayedConnections = status.relayedConnections
        self.holePunchSuccessRate = status.holePunchSuccessRate
        self.isRelaying = status.isRelaying
        self.relaySessions = status.relaySessions
        self.isCoordinating = status.isCoordinating
        self.coordinationSessions = status.coordinationSessions
        self.averageRoundTripMilliseconds = status.averageRoundTripMilliseconds
    }
}
