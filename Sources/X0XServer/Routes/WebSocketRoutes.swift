// SPDX-License-Identifier: MIT OR Apache-2.0

internal import HTTPTypes
internal import Hummingbird
internal import X0XAPI

/// `/ws`, `/ws/direct`, `/ws/sessions` (spec 11 §8).
///
/// Upgrades happen before routing (`WebSocketUpgrade`); a request that gets here was refused there.
extension APIRoutes {
    var webSocket: [MountedRoute] {
        [
            Endpoints.webSocket.served { call in try self.explainRefusal(call) },
            Endpoints.directWebSocket.served { call in try self.explainRefusal(call) },
            Endpoints.webSocketSessions.answered { _ in .ok(self.webSockets.list) },
        ]
    }

    private func explainRefusal(_ call: RawCall) throws(APIFailure) -> Response {
        guard call.request.method != .head else { throw .methodNotAllowed("GET") }
        let headers = call.request.headers
        let names = ["Sec-WebSocket-Key", "Sec-WebSocket-Version"].compactMap { HTTPField.Name($0) }
        guard names.allSatisfy({ headers[$0] != nil }) else {
            throw .badRequest("this endpoint needs a WebSocket handshake (RFC 6455)")
        }
        if let origin = headers[.origin], origin != "null", !Origin.isAllowed(origin) {
            throw APIFailure(.forbidden, "origin not allowed")
        }
        guard self.webSockets.hasPlace else { throw .tooManyConnections }
        var failure = APIFailure(.upgradeRequired, "this connection cannot become a WebSocket; open another")
        failure.headers[.upgrade] = "websocket"
        throw failure
    }
}
