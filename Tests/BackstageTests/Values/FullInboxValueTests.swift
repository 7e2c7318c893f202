import Backstage
import Testing

/// What becomes of a message for an inbox that is full.
struct FullInboxValueTests {
    @Test(arguments: forms) func staysItsSendersIfRefused(_ form: Form) throws { try refused(form.type) }

    private func refused<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let sink = try voyage.sink(nil, ActorOptions(capacity: 2))
            for number in 0..<2 { try sink.send(voyage.cargo(number)) }
            for number in 2..<5 {
                expect(.inboxFull) { try sink.send(voyage.cargo(number)) }
            }
            #expect(voyage.census.alive == 2)
            let mine = voyage.cargo(9)
            expect(.inboxFull) { try sink.send(mine) }
            #expect(mine.isWhole && mine.number == 9)
            try voyage.settle()
            #expect(voyage.seen.all == [0, 1])
            #expect(voyage.dead.all.isEmpty)
        }
    }

    @Test(arguments: forms) func isDroppedIfNewest(_ form: Form) throws {
        try dropped(form.type, .dropNewest)
    }

    @Test(arguments: forms) func isDroppedIfOldest(_ form: Form) throws {
        try dropped(form.type, .dropOldest)
    }

    private func dropped<Message: Cargo>(_ type: Message.Type, _ overflow: ActorOptions.Overflow) throws {
        let reason = overflow == .dropNewest ? DeadLetter.Reason.droppedNewest : .droppedOldest
        let lost = overflow == .dropNewest ? 3..<6 : 0..<3
        try withVoyage(type) { voyage in
            let sink = try voyage.sink(nil, ActorOptions(capacity: 3, overflow: overflow))
            for number in 0..<6 { try sink.send(voyage.cargo(number)) }
            #expect(voyage.census.alive == 3)
            #expect(voyage.dead.all == lost.map { .init(reason, $0) })
            try voyage.settle()
            #expect(voyage.seen.all == (0..<6).filter { !lost.contains($0) })
            #expect(voyage.census.alive == 0)
        }
    }

    @Test(arguments: forms) func isDroppedBehindTheOneInHand(_ form: Form) throws { try behind(form.type) }

    /// An actor overflows its own inbox: what it has in hand is none of it.
    private func behind<Message: Cargo>(_ type: Message.Type) throws {
        try withVoyage(type) { voyage in
            let (seen, make) = (voyage.seen, voyage.maker)
            let options = ActorOptions(capacity: 4, overflow: .dropOldest)
            let actor = try voyage.engine.spawn(options: options) { (message: Message, context) in
                if message.number == 0 {
                    for number in 1...20 { try context.ref.send(make(number)) }
                }
                #expect(message.isWhole)
                seen.add(message.number)
            }
            try actor.send(voyage.cargo(0))
            try voyage.settle()
            #expect(seen.all == [0, 17, 18, 19, 20])
            #expect(voyage.dead.all == (1...16).map { .init(.droppedOldest, $0) })
            #expect(voyage.census.alive == 0)
        }
    }
}
