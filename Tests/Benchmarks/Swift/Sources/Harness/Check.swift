// A workload that did something else than it should have: its figure would mean nothing.

import Glibc

@inlinable public func check(_ isRight: Bool, _ what: @autoclosure () -> String) {
    if !isRight { fail(what()) }
}

@inline(never) public func fail(_ what: String) -> Never {
    complain(what)
    exit(1)
}

public func complain(_ what: String) {
    let line = what + "\n"
    _ = line.withCString { write(STDERR_FILENO, $0, strlen($0)) }
}
