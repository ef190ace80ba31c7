// SPDX-License-Identifier: MIT OR Apache-2.0

/// Both halves of a stream; a half that is over or never existed is `nil`.
///
/// On the heap, because looking at a field of a large value in a collection copies all of it. Its fields are reached
/// without accessors, whose frames would be allocated (`x0x-bench quic allocations`).
///
/// Sendable, although mutable: only `StreamMap` hands it out, and for a change only while nobody shares it.
final class StreamHalves: @unchecked Sendable {
    var send: SendStream?
    var receive: ReceiveStream?

    init(send: SendStream? = nil, receive: ReceiveStream? = nil) {
        self.send = send
        self.receive = receive
    }
}

/// The streams with state, found by id and changed where they are; a value, although streams are on the heap.
///
/// A dictionary alone would allocate three accessor frames per change and look the id up for every field.
struct StreamMap: Sendable {
    /// With so many places and fewer than an eighth of them in use, the others are given back.
    private static let placeCountKept = 64

    private var places: [StreamID: Int] = [:]
    private var streams: [StreamHalves?] = []
    private var freePlaces: [Int] = []

    /// Number of streams.
    var count: Int { self.places.count }

    /// Where a stream is, until any stream is removed.
    func place(of id: StreamID) -> Int? { self.places[id] }

    /// The stream at a place, to look at.
    subscript(place: Int) -> StreamHalves {
        guard let halves = self.streams[place] else { preconditionFailure("no stream at place \(place)") }
        return halves
    }

    /// The stream at a place, to be changed in the same expression; to keep it would make the next change copy it.
    mutating func owned(_ place: Int) -> StreamHalves {
        if !isKnownUniquelyReferenced(&self.streams[place]) {
            let shared = self[place]
            self.streams[place] = StreamHalves(send: shared.send, receive: shared.receive)
        }
        return self[place]
    }

    /// Adds a stream that is not there yet; returns its place.
    @discardableResult
    mutating func insert(_ halves: StreamHalves, for id: StreamID) -> Int {
        let place = self.freePlaces.popLast() ?? self.streams.count
        if place == self.streams.count { self.streams.append(halves) } else { self.streams[place] = halves }
        let previous = self.places.updateValue(place, forKey: id)
        precondition(previous == nil, "a stream is inserted twice")
        return place
    }

    /// Removes a stream.
    mutating func remove(_ id: StreamID) {
        guard let place = self.places.removeValue(forKey: id) else { return }
        self.streams[place] = nil
        self.freePlaces.append(place)
        if self.streams.count > Self.placeCountKept, self.places.count < self.streams.count / 8 { self.compact() }
    }

    private mutating func compact() {
        var streams: [StreamHalves?] = []
        for (id, place) in self.places {
            self.places[id] = streams.count
            streams.append(self.streams[place])
        }
        self.streams = streams
        self.freePlaces = []
    }
}
