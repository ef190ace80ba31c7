// SPDX-License-Identifier: MIT OR Apache-2.0

import Foundation
import PrivateFiles
import Testing

@Suite struct PrivateFileTests {
    private let directory: TemporaryDirectory

    init() throws { self.directory = try TemporaryDirectory() }

    @Test func aWrittenFileIsPrivateAndLeavesNothingBeside() throws {
        try PrivateFile.write([1, 2, 3], to: self.directory("secret"), .new)
        #expect(try PrivateFile.read(self.directory("secret"), byteCountMax: 3) == [1, 2, 3])
        #expect(mode(of: self.directory("secret")) == 0o600)
        try PrivateFile.write([], to: self.directory("secret"), .replacing)
        #expect(try PrivateFile.read(self.directory("secret"), byteCountMax: 3) == [])
        #expect(self.directory.names == ["secret"])
    }

    @Test func aNewFileNeverReplacesOne() throws {
        try PrivateFile.write([1], to: self.directory("secret"), .new)
        let error = #expect(throws: PrivateFileError.self) {
            try PrivateFile.write([2], to: self.directory("secret"), .new)
        }
        #expect(error?.reason == .exists)
        #expect(contents(of: self.directory("secret")) == [1])
        #expect(self.directory.names == ["secret"])
    }

    @Test func aMissingFileIsNoError() throws {
        #expect(try PrivateFile.read(self.directory("none"), byteCountMax: 10) == nil)
    }

    @Test func whatIsNotAPrivateFileIsRefused() throws {
        try write([1, 2, 3, 4], to: self.directory("large"))
        try write([1], to: self.directory("open"), mode: 0o640)
        func reason(_ name: String) -> PrivateFileError.Reason? {
            #expect(throws: PrivateFileError.self) {
                try PrivateFile.read(self.directory(name), byteCountMax: 3)
            }?.reason
        }
        #expect(reason("large") == .tooLarge)
        #expect(reason("open") == .readableByOthers)
        #expect(reason(".") == .notAFile)
        #expect(try PrivateFile.read(self.directory("open"), byteCountMax: 3, requiringPrivacy: false) == [1])
        #expect(throws: PrivateFileError.self) { try PrivateFile.read(self.directory("open/x"), byteCountMax: 3) }
    }

    @Test func writingIntoNothingFailsWithThePath() throws {
        let path = self.directory("missing/secret")
        let error = #expect(throws: PrivateFileError.self) { try PrivateFile.write([1], to: path, .new) }
        #expect(error?.description.contains(path) == true)
    }

    @Test func directoriesAreCreatedForTheOwnerOnly() throws {
        try PrivateFile.createDirectory(self.directory("a/b/c"))
        for name in ["a", "a/b", "a/b/c"] { #expect(mode(of: self.directory(name)) == 0o700) }
        try PrivateFile.createDirectory(self.directory("a/b/c"))
        try write([1], to: self.directory("file"))
        #expect(throws: PrivateFileError.self) { try PrivateFile.createDirectory(self.directory("file")) }
        #expect(throws: PrivateFileError.self) { try PrivateFile.createDirectory(self.directory("file/x")) }
    }

    @Test func aSymbolicLinkIsReplacedAndNotWrittenThrough() throws {
        try write([9], to: self.directory("victim"))
        try FileManager.default.createSymbolicLink(
            atPath: self.directory("link"),
            withDestinationPath: self.directory("victim")
        )
        try PrivateFile.write([1], to: self.directory("link"), .replacing)
        #expect(contents(of: self.directory("victim")) == [9])
        #expect(contents(of: self.directory("link")) == [1])
    }

    @Test func aLockExcludesOthersUntilItGoes() throws {
        var lock: DirectoryLock? = try DirectoryLock(self.directory.path)
        #expect(throws: DirectoryLock.Failure.held(path: self.directory.path, byProcess: getpid())) {
            try DirectoryLock(self.directory.path)
        }
        withExtendedLifetime(lock) {}
        lock = nil
        lock = try DirectoryLock(self.directory.path)
        withExtendedLifetime(lock) {}
        #expect(throws: DirectoryLock.Failure.self) { try DirectoryLock(self.directory("missing")) }
        // Another file is another lock: identity and data may share a directory.
        let other = try DirectoryLock(self.directory.path, fileName: "other.lock")
        #expect(other.directory == self.directory.path)
        #expect("\(DirectoryLock.Failure.held(path: "/d", byProcess: 7))" == "/d is in use by process 7")
    }
}
