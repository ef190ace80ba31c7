// SPDX-License-Identifier: MIT OR Apache-2.0

internal import Foundation
package import Logging

/// Writes log lines as text or JSON, one per line, to every sink (spec 13 §5).
///
/// Whatever a line is made of, identifiers in it are short and its values have a cap (`LogText`).
package struct DaemonLogHandler: LogHandler {
    private let label: String
    private let filter: LogFilter
    private let format: DaemonConfiguration.LogFormat
    private let sink: LogSink

    package var metadata: Logger.Metadata = [:]
    package var metadataProvider: Logger.MetadataProvider?
    package var logLevel: Logger.Level

    /// Creates the handler of one label.
    package init(label: String, filter: LogFilter, format: DaemonConfiguration.LogFormat, sink: LogSink) {
        self.label = label
        self.filter = filter
        self.format = format
        self.sink = sink
        self.logLevel = filter.minimumLevel(of: label) ?? .critical
    }

    package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { self.metadata[key] }
        set { self.metadata[key] = newValue }
    }

    package func log(event: LogEvent) {
        guard self.filter.allows(event.level, label: self.label) else { return }
        let fields = self.metadata.merging(event.metadata ?? [:]) { _, new in new }
        let timestamp = Date().formatted(Self.timestampStyle)
        let line: String
        switch self.format {
        case .text: line = self.text(event, fields, timestamp)
        case .json: line = self.json(event, fields, timestamp)
        }
        self.sink.write(line)
    }

    private func text(_ event: LogEvent, _ fields: Logger.Metadata, _ timestamp: String) -> String {
        let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\(LogText.clean("\($0.value)"))" }
        let level = Self.name(of: event.level).uppercased()
        let target = self.label.replacingOccurrences(of: ".", with: "::")
        return "\(timestamp) \(level) \(target): \(LogText.clean("\(event.message)"))\(pairs.joined())"
    }

    private func json(_ event: LogEvent, _ fields: Logger.Metadata, _ timestamp: String) -> String {
        var values = fields.mapValues { LogText.clean("\($0)") }
        values["message"] = LogText.clean("\(event.message)")
        let line = JSONLine(
            timestamp: timestamp,
            level: Self.name(of: event.level).uppercased(),
            fields: values,
            target: self.label.replacingOccurrences(of: ".", with: "::")
        )
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // Strings always encode; an empty line would be the honest sign of the impossible.
        return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    }

    private struct JSONLine: Encodable {
        let timestamp: String
        let level: String
        let fields: [String: String]
        let target: String
    }

    /// Such as `2026-01-31T23:59:59.123Z`.
    private static let timestampStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    private static func name(of level: Logger.Level) -> String {
        switch level {
        case .trace: "trace"
        case .debug: "debug"
        case .info, .notice: "info"
        case .warning: "warn"
        case .error, .critical: "error"
        }
    }
}

/// Standard output, and a file if one was asked for; lines of concurrent writers do not mix.
package final class LogSink: Sendable {
    private let file: FileHandle?

    /// Creates a sink that writes to standard output alone.
    package init() { self.file = nil }

    /// Creates a sink.
    ///
    /// - Parameter directory: When given, every line is also appended to `<directory>/x0xd-<pid>.log`.
    /// - Throws: When the file cannot be created; the caller warns and goes on without.
    package init(directory: String?) throws {
        guard let directory else {
            self.file = nil
            return
        }
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        let path = "\(directory)/x0xd-\(ProcessInfo.processInfo.processIdentifier).log"
        if !FileManager.default.fileExists(atPath: path) {
            guard FileManager.default.createFile(atPath: path, contents: nil) else {
                throw CocoaError(.fileWriteUnknown)
            }
        }
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        try file.seekToEnd()
        self.file = file
    }

    /// Writes one line; one system call per sink, so lines stay whole.
    package func write(_ line: String) {
        let data = Data((line + "\n").utf8)
        // A reader that closed the pipe must not take the daemon down, and there is nowhere to report it.
        try? FileHandle.standardOutput.write(contentsOf: data)
        try? self.file?.write(contentsOf: data)
    }
}
