// SPDX-License-Identifier: MIT OR Apache-2.0

internal import AsyncAlgorithms
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import ServiceLifecycle
internal import X0XAPI

/// Opens the events of one subscriber; called before the response head is sent, so that nothing is lost in between.
typealias EventSource<Events: AsyncSequence & Sendable> = @Sendable () async throws -> Events

extension Endpoint {
    /// Answers this endpoint with a stream of server-sent events.
    ///
    /// The stream ends when its source ends, the client goes away or the server shuts down.
    func streamed<Event, Events: AsyncSequence & Sendable>(
        limit: StreamLimit,
        keepAlive: Duration,
        from open: @escaping EventSource<Events>
    ) -> MountedRoute where Response == EventStream<Event>, Events.Element == ServerSentEvent {
        MountedRoute(route: self.route) { raw in
            let headers: HTTPFields = [.contentType: "text/event-stream", .cacheControl: "no-cache"]
            guard raw.request.method != .head else { return Hummingbird.Response(status: .ok, headers: headers) }
            let place = try limit.take()
            let stream = EventStreamBody(events: try await open(), place: place, keepAlive: keepAlive)
            let body = ResponseBody { writer in
                try await raw.request.body.consumeWithCancellationOnInboundClose { _ in
                    try await stream.write(to: &writer)
                }
            }
            return Hummingbird.Response(status: .ok, headers: headers, body: body)
        }
    }
}

/// Writes events as they come, and a comment when nothing came for a while.
private struct EventStreamBody<Events: AsyncSequence & Sendable>: Sendable where Events.Element == ServerSentEvent {
    let events: Events
    /// Held as long as the stream exists.
    let place: StreamLimit.Place
    let keepAlive: Duration

    private enum Step: Sendable {
        case event(ServerSentEvent)
        case tick
        case end
    }

    @concurrent
    func write(to writer: inout any ResponseBodyWriter) async throws {
        let clock = ContinuousClock()
        let step = self.keepAlive / 5  // so that the silence never exceeds the keep-alive interval
        let ticks = AsyncTimerSequence(interval: step, clock: clock).map { _ in Step.tick }
        let events = chain(self.events.map { Step.event($0) }, [Step.end].async)
        var lastWrite = clock.now
        for try await item in merge(events, ticks).cancelOnGracefulShutdown() {
            switch item {
            case .event(let event):
                try await writer.write(event.bytes)
                lastWrite = clock.now
            case .tick where clock.now - lastWrite >= self.keepAlive - step:
                try await writer.write(ServerSentEvent.ping.bytes)
                lastWrite = clock.now
            case .tick:
                break
            case .end:
                try await writer.finish(nil)
                return
            }
        }
        try await writer.finish(nil)
    }
}
