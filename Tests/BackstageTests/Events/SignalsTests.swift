import Backstage
import Glibc
import Testing

/// Lets a signal through to this thread: those of Swift's pool block all.
private func withUnblocked(_ signal: Int32, _ body: () throws -> Void) rethrows {
    var set = sigset_t()
    var former = sigset_t()
    sigemptyset(&set)
    sigaddset(&set, signal)
    pthread_sigmask(SIG_UNBLOCK, &set, &former)
    defer { pthread_sigmask(SIG_SETMASK, &former, nil) }
    try body()
}

@Suite(.serialized) struct SignalsTests {
    let notes = Notes<SignalEvent>()

    @Test func anActorIsToldOfASignalAndHowOftenItCame() throws {
        let notes = self.notes
        try withRig { rig in
            let ref = try rig.engine.spawn { (message: SignalEvent?, context) in
                if let message { return notes.add(message) }
                try context.watch(signal: SIGUSR1) { $0 }
            }
            try ref.send(nil)
            try rig.settle()
            withUnblocked(SIGUSR1) {
                raise(SIGUSR1)
                raise(SIGUSR1)
            }
            while notes.count == 0 { try rig.engine.run(.once) }
            try rig.settle()
            #expect(notes.all.allSatisfy { $0.signal == SIGUSR1 })
            #expect(notes.all.map(\.count).reduce(0, +) == 2)
        }
    }

    @Test func theDispositionIsAsItWasOnceNobodyWatches() throws {
        let before = signal(SIGUSR2, SIG_IGN)
        defer { signal(SIGUSR2, before) }
        try withRig { rig in
            var watcher: Watcher?
            let ref = try rig.engine.spawn { (message: Int, context) in
                if let watcher { return try context.unwatch(watcher) }
                watcher = try context.watch(signal: SIGUSR2) { _ in 0 }
            }
            try ref.send(1)
            try rig.settle()
            try ref.send(2)
            try rig.settle()
        }
        var now = sigaction()
        sigaction(SIGUSR2, nil, &now)
        let handler = unsafeBitCast(now.__sigaction_handler.sa_handler, to: Int.self)
        #expect(handler == unsafeBitCast(SIG_IGN, to: Int.self))
    }

    @Test(arguments: [SIGKILL, SIGSTOP, SIGSEGV, SIGBUS, SIGFPE, SIGILL, 0, -1, 1000])
    func signalsThatCannotBeWatched(_ signal: Int32) throws {
        try withRig { rig in
            var checks = 0
            let ref = try rig.engine.spawn { (message: Int, context) in
                expect(.invalidSignal) { try context.watch(signal: signal) { _ in 0 } }
                checks += 1
            }
            try ref.send(1)
            try rig.settle()
            #expect(checks == 1)
        }
    }
}
