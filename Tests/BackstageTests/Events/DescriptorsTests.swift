import Backstage
import Glibc
import Testing

/// Both ends of a pipe, closed at the end.
final class Pipe {
    let reading: Int32
    let writing: Int32
    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        (reading, writing) = (ends[0], ends[1])
        for end in ends { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }
    deinit {
        close(reading)
        close(writing)
    }
    func write(_ text: String) {
        let written = text.withCString { Glibc.write(writing, $0, strlen($0)) }
        #expect(written == text.utf8.count)
    }
    func read() -> String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = Glibc.read(reading, &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes[..<count], as: UTF8.self) : ""
    }
}

@Suite struct DescriptorsTests {
    let notes = Notes<String>()

    @Test func anActorIsToldWhenADescriptorIsReady() throws {
        let notes = self.notes
        try withRig { rig in
            let pipe = try Pipe()
            let ref = try rig.engine.spawn { (message: IOEvent?, context) in
                guard let message else {
                    try context.watch(descriptor: pipe.reading, for: .readable) { $0 }
                    return
                }
                #expect(message.descriptor == pipe.reading)
                #expect(message.events == .readable)
                notes.add(pipe.read())
            }
            try ref.send(nil)
            try rig.settle()
            #expect(notes.all.isEmpty)
            pipe.write("hello")
            try rig.engine.run(.once)
            try rig.settle()
            #expect(notes.all == ["hello"])
            pipe.write("again")
            try rig.engine.run(.once)
            try rig.settle()
            #expect(notes.all == ["hello", "again"])
        }
    }

    @Test func whatIsUnwatchedIsNotToldAnyMore() throws {
        let notes = self.notes
        try withRig { rig in
            let pipe = try Pipe()
            var watcher: Watcher?
            let ref = try rig.engine.spawn { (message: String, context) in
                switch message {
                case "watch":
                    watcher = try context.watch(descriptor: pipe.reading, for: .readable) { _ in "ready" }
                case "unwatch":
                    if let watcher { try context.unwatch(watcher) }
                    if let watcher { expect(.notFound) { try context.unwatch(watcher) } }
                default: notes.add(message)
                }
            }
            try ref.send("watch")
            try ref.send("unwatch")
            try rig.settle()
            pipe.write("x")
            try rig.settle()
            try rig.settle()
            #expect(notes.all.isEmpty)
        }
    }

    @Test func aPipeIsWritableAtOnce() throws {
        let notes = self.notes
        try withRig { rig in
            let pipe = try Pipe()
            var watcher: Watcher?
            let ref = try rig.engine.spawn { (message: String, context) in
                if message == "watch" {
                    watcher = try context.watch(descriptor: pipe.writing, for: .writable) { _ in "writable" }
                } else {
                    notes.add(message)
                    if let watcher { try context.unwatch(watcher) }
                }
            }
            try ref.send("watch")
            try rig.settle()
            try rig.settle()
            #expect(notes.all == ["writable"])
        }
    }

    @Test func whatIsRefused() throws {
        let notes = self.notes
        try withRig { rig in
            let pipe = try Pipe()
            let ref = try rig.engine.spawn { (message: String, context) in
                expect(.badDescriptor) { try context.watch(descriptor: -1, for: .readable) { _ in "" } }
                expect(.badDescriptor) {
                    try context.watch(descriptor: 1_000_000, for: .readable) { _ in "" }
                }
                expect(.invalidArgument) { try context.watch(descriptor: pipe.reading, for: []) { _ in "" } }
                expect(.invalidArgument) {
                    try context.watch(descriptor: pipe.reading, for: .error) { _ in "" }
                }
                expect(.invalidArgument) {
                    try context.watch(descriptor: pipe.reading, for: IOEvents(rawValue: 8)) { _ in "" }
                }
                notes.add("done")
            }
            try ref.send("go")
            try rig.settle()
            #expect(notes.all == ["done"])
        }
    }

    @Test func aHostWatcherCallsOutsideAnyActor() throws {
        try withRig { rig in
            let pipe = try Pipe()
            var got: [String] = []
            let sink = try rig.engine.spawn { (message: String, context) in
                got.append("\(message) from \(context.sender.map { "\($0)" } ?? "outside")")
            }
            let watcher = try rig.engine.watch(descriptor: pipe.reading, for: .readable) { events in
                #expect(events == .readable)
                try? sink.send(pipe.read())
            }
            pipe.write("hello")
            try rig.engine.run(.once)
            try rig.settle()
            #expect(got == ["hello from outside"])
            try watcher.cancel()
            try watcher.cancel()
            pipe.write("unseen")
            try rig.settle()
            #expect(got.count == 1)
        }
    }

    private final class Holder {
        let engine: Engine
        var watcher: HostWatcher?
        var calls = 0

        init(_ engine: Engine) { self.engine = engine }

        func isReady() {
            calls += 1
            expect(.inCallback) { try engine.run(.untilIdle) }
            expect(.inCallback) { try engine.close() }
            do {
                try engine.spawn { (message: Int, context) in }
                try watcher?.cancel()
            } catch {
                Issue.record(error)
            }
        }
    }

    @Test func aHostWatcherMaySpawnAndCancelItself() throws {
        try withRig { rig in
            let pipe = try Pipe()
            let holder = Holder(rig.engine)
            holder.watcher = try rig.engine.watch(descriptor: pipe.reading, for: .readable) {
                [weak holder] _ in
                holder?.isReady()
            }
            pipe.write("x")
            try rig.engine.run(.once)
            try rig.settle()
            try rig.settle()
            #expect(holder.calls == 1)
            #expect(try rig.engine.statistics().spawned == 1)
        }
    }

    @Test func whatAHostIsRefused() throws {
        try withRig { rig in
            expect(.badDescriptor) { try rig.engine.watch(descriptor: -1, for: .readable) { _ in } }
            let pipe = try Pipe()
            expect(.invalidArgument) { try rig.engine.watch(descriptor: pipe.reading, for: []) { _ in } }
        }
    }

    @Test func anEngineWithAHostWatcherThatIsForgottenClosesItself() throws {
        final class Held {}
        let pipe = try Pipe()
        weak var held: Held?
        do {
            let object = Held()
            held = object
            let engine = try Engine(EngineOptions(clock: .virtual))
            let watcher = try engine.watch(descriptor: pipe.reading, for: .readable) { _ in _ = object }
            _ = watcher
        }
        #expect(held == nil)
    }
}
