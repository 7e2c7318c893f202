import Backstage

/// What an engine has told its stage.
final class Journal: @unchecked Sendable {
    // Unchecked: only ever used on the engine's thread.
    var log: [LogEntry] = []
    var deadLetters: [DeadLetter] = []
    /// Which dead letters have been expected.
    var seenDeadLetters: Set<Int> = []
    var endings: [Ending] = []
}

/// An actor's end, as a ``Stage`` keeps it.
public struct Ending {
    /// Who ended.
    public let actor: AnyActorRef
    /// The id that it had.
    public let id: String?
    /// Why it ended.
    public let reason: EndReason
    /// What it threw, if it failed itself.
    public let error: (any Error)?
    /// When it ended, on the stage's clock.
    public let time: Duration

    init(_ end: SeenEnd) {
        actor = end.actor
        id = end.id
        reason = end.reason
        error = end.error
        time = end.time
    }
}
