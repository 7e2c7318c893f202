import Backstage

/// As `Synchronization.Mutex`, whose waits ThreadSanitizer does not know.
typealias Mutex = Lock
