// SPDX-License-Identifier: MIT OR Apache-2.0

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// One `posix_spawn` call with the settings of ``ChildProcess``: new session, standard input from `/dev/null`, both
/// outputs into one file, signal handling reset.
struct SpawnCall {
    struct SystemError: Error {
        var number: CInt
    }

    /// `POSIX_SPAWN_SETSID`, which the C headers show only to programs that ask for extensions.
    #if canImport(Darwin)
    private static let newSessionFlag: CInt = 0x400
    #else
    private static let newSessionFlag: CInt = 0x80
    #endif

    var outputPath: String?

    func spawn(_ path: String, _ arguments: [String], _ variables: [String]) -> Result<pid_t, SystemError> {
        var actions = unsafe posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        unsafe posix_spawn_file_actions_init(&actions)
        unsafe posix_spawnattr_init(&attributes)
        defer {
            unsafe posix_spawn_file_actions_destroy(&actions)
            unsafe posix_spawnattr_destroy(&attributes)
        }
        let output = self.outputPath ?? "/dev/null"
        unsafe posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO)
        // What this process ignores or blocks, its child must not inherit: it has to obey SIGTERM and SIGINT.
        var defaults = sigset_t()
        var none = sigset_t()
        unsafe sigfillset(&defaults)
        unsafe sigemptyset(&none)
        unsafe posix_spawnattr_setsigdefault(&attributes, &defaults)
        unsafe posix_spawnattr_setsigmask(&attributes, &none)
        let flags = Self.newSessionFlag | CInt(POSIX_SPAWN_SETSIGDEF) | CInt(POSIX_SPAWN_SETSIGMASK)
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))

        var identifier: pid_t = 0
        let code = unsafe withCStrings(arguments) { argv in
            unsafe withCStrings(variables) { envp in
                unsafe posix_spawn(&identifier, path, &actions, &attributes, argv, envp)
            }
        }
        return code == 0 ? .success(identifier) : .failure(SystemError(number: code))
    }
}

/// Calls `body` with a null-terminated array of C strings that lives as long as the call.
package func withCStrings<Result>(
    _ strings: [String],
    _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    // Copies made by strdup have stable addresses; each is freed below.
    var pointers: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) }
    unsafe pointers.append(nil)
    defer {
        var rest = unsafe pointers[...]
        while let pointer = unsafe rest.popFirst() { unsafe free(pointer) }
    }
    return unsafe pointers.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the array holds at least the final null") }
        return unsafe body(base)
    }
}
