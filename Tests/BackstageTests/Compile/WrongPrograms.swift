import Testing

/// A program with a mistake in it that the compiler must find.
struct WrongProgram: Sendable, CustomTestStringConvertible {
    /// The mistake.
    let name: String
    /// Inside a function that is given what the frame of all programs has.
    var statements = ""
    /// Beside it.
    var declarations = ""
    /// Every error of the compiler's is one of these, and the first is one of its.
    let errors: [String]

    var testDescription: String { name }
    var source: String { program(statements, declarations) }
}

/// The frame: an actor, and a function with an engine, refs and a topic at hand.
func program(_ statements: String, _ declarations: String) -> String {
    """
    import Backstage

    struct Greeter: Actor {
        enum Message: Sendable { case hello(String), count(ReplyTo<Int>) }
        var greeted = 0

        mutating func receive(_ message: Message, _ context: Context<Message>) throws {
            switch message {
            case .hello: greeted += 1
            case .count(let reply): try reply.send(greeted)
            }
        }
    }

    func use(
        _ engine: Engine, _ greeter: ActorRef<Greeter.Message>, _ numbers: ActorRef<Int>, _ topic: Topic<Int>
    ) async throws {
        \(statements)
    }

    \(declarations)
    """
}

let wrongPrograms =
    [
        WrongProgram(
            name: "a message of another type is sent",
            statements: #"try greeter.send("hello")"#,
            errors: ["cannot convert value of type 'String' to expected argument type 'Greeter.Message'"]),
        WrongProgram(
            name: "a message is sent that the type does not have",
            statements: "try greeter.send(.goodbye)",
            errors: ["type 'Greeter.Message' has no member 'goodbye'"]),
        WrongProgram(
            name: "a ref is taken for one of another type",
            statements: "let other: ActorRef<String> = numbers; print(other)",
            errors: ["cannot assign value of type 'ActorRef<Int>' to type 'ActorRef<String>'"]),
        WrongProgram(
            name: "an actor is found as what it is not asked for",
            statements:
                #"let found: ActorRef<Int> = try engine.find("greeter", as: String.self); print(found)"#,
            errors: ["cannot assign value of type 'ActorRef<String>' to type 'ActorRef<Int>'"]),
        WrongProgram(
            name: "a timer's message is of another type",
            declarations: """
                struct Clock: Actor {
                    func receive(_ message: Int, _ context: Context<Int>) throws {
                        try context.after(.seconds(1), send: "ring")
                    }
                }
                """,
            errors: ["cannot convert value of type 'String' to expected argument type 'Int'"]),
        WrongProgram(
            name: "an actor's context is of other messages",
            declarations: """
                struct Confused: Actor {
                    func receive(_ message: Int, _ context: Context<String>) {}
                }
                """,
            errors: ["type 'Confused' does not conform to protocol 'Actor'"]),
        WrongProgram(
            name: "messages can be changed by several threads",
            declarations: """
                final class Mutable { var count = 0 }
                struct Careless: Actor {
                    func receive(_ message: Mutable, _ context: Context<Mutable>) {}
                }
                """,
            errors: ["type 'Mutable' does not conform to the 'Sendable' protocol"]),
        WrongProgram(
            name: "messages of a closure can be changed by several threads",
            statements: "try engine.spawn { (message: Mutable, _) in message.count += 1 }",
            declarations: "final class Mutable { var count = 0 }",
            errors: ["type 'Mutable' does not conform to the 'Sendable' protocol"]),
    ] + wrongContexts + wrongAnswers + wrongTopics

/// Contexts that would outlive the callback that was given them.
private let wrongContexts = [
    WrongProgram(
        name: "a context is stored in an actor",
        declarations: """
            struct Keeper: Actor {
                var kept: Context<Int>?
                mutating func receive(_ message: Int, _ context: Context<Int>) { kept = context }
            }
            """,
        errors: [
            "stored property 'kept' of 'Escapable'-conforming struct 'Keeper' has non-Escapable type",
            "accessor cannot return a ~Escapable result",
        ]),
    WrongProgram(
        name: "a context is stored in a class",
        declarations: """
            final class Box {
                var kept: Context<Int>
                init(_ context: Context<Int>) { kept = context }
            }
            """,
        errors: [
            "accessor cannot return a ~Escapable result", "stored property 'kept' of 'Escapable'-conforming",
        ]),
    WrongProgram(
        name: "a context is returned",
        declarations: "func stolen(_ context: borrowing Context<Int>) -> Context<Int> { copy context }",
        errors: ["a function cannot return a ~Escapable result"]),
    WrongProgram(
        name: "a context escapes in a closure",
        declarations: """
            func later(_ body: @escaping () -> Void) {}
            struct Keeper: Actor {
                func receive(_ message: Int, _ context: Context<Int>) { later { print(context.id ?? "") } }
            }
            """,
        errors: ["lifetime-dependent variable 'context' escapes its scope"]),
    WrongProgram(
        name: "a timer's closure uses the context of who started it",
        declarations: """
            struct Keeper: Actor {
                func receive(_ message: Int, _ context: Context<Int>) throws {
                    try context.after(.seconds(1)) { _, _ in try context.shutdown() }
                }
            }
            """,
        errors: ["lifetime-dependent variable 'context' escapes its scope"]),
    WrongProgram(
        name: "a task uses a context",
        declarations: """
            struct Keeper: Actor {
                func receive(_ message: Int, _ context: Context<Int>) { Task { print(context.id ?? "") } }
            }
            """,
        errors: [
            "lifetime-dependent variable 'context' escapes its scope",
            "passing closure as a 'sending' parameter risks causing data races",
        ]),
]

private let wrongAnswers = [
    WrongProgram(
        name: "a question is given a reply handle of another type",
        statements: "_ = try await greeter.request { (reply: ReplyTo<String>) in .count(reply) }",
        errors: ["cannot convert value of type 'ReplyTo<String>' to expected argument type 'ReplyTo<Int>'"]),
    WrongProgram(
        name: "an answer is taken for one of another type",
        statements: "let text: String = try await greeter.request { .count($0) }; print(text)",
        errors: ["cannot convert value of type 'Int' to specified type 'String'"]),
    WrongProgram(
        name: "an answer of another type is sent",
        declarations: """
            struct Answerer: Actor {
                func receive(_ reply: ReplyTo<Int>, _ context: Context<ReplyTo<Int>>) throws {
                    try reply.send("one")
                }
            }
            """,
        errors: ["cannot convert value of type 'String' to expected argument type 'Int'"]),
]

private let wrongTopics = [
    WrongProgram(
        name: "what a topic does not have is published",
        statements: #"try engine.publish("one", on: topic)"#,
        errors: ["cannot convert value of type 'String' to expected argument type 'Int'"]),
    WrongProgram(
        name: "an actor subscribes to what is none of its messages",
        declarations: """
            struct Reader: Actor {
                func started(_ context: Context<String>) throws {
                    try context.subscribe(to: Topic<Int>(of: "desk"))
                }
                func receive(_ message: String, _ context: Context<String>) {}
            }
            """,
        errors: ["cannot convert value of type 'Topic<Int>' to expected argument type 'Topic<String>'"]),
    WrongProgram(
        name: "a subscription's closure makes none of the actor's messages",
        declarations: """
            struct Reader: Actor {
                func started(_ context: Context<String>) throws {
                    try context.subscribe(to: Topic<Int>(of: "desk")) { $0 }
                }
                func receive(_ message: String, _ context: Context<String>) {}
            }
            """,
        errors: ["cannot convert value of type 'Int' to closure result type 'String'"]),
]
