import Foundation
import Testing

/// Mistakes that the compiler finds, given the modules that these tests were built with.
@Suite(.enabled(if: hasCompiler, "there is no compiler to ask")) struct WrongProgramTests {
    @Test(arguments: wrongPrograms) func isRefused(_ program: WrongProgram) throws {
        let outcome = try Compiler.check(program.source)
        #expect(!outcome.succeeded)
        let errors = outcome.output.split(separator: "\n").filter { $0.contains(": error: ") }
        #expect(!errors.isEmpty, "\(outcome.output)")
        for error in errors {
            #expect(program.errors.contains { error.contains($0) }, "\(error)")
        }
        let first = try #require(program.errors.first)
        #expect(errors.contains { $0.contains(first) }, "\(outcome.output)")
    }

    /// All that, done right.
    @Test func theRightProgramCompiles() throws {
        let outcome = try Compiler.check(program(Self.statements, Self.declarations))
        #expect(outcome.succeeded, "\(outcome.output)")
        #expect(!outcome.output.contains("warning:"), "\(outcome.output)")
    }

    private static let statements = """
        try greeter.send(.hello("world"))
        let count = try await greeter.request { .count($0) }
        let again: Int = try await greeter.request(Greeter.Message.count)
        let found: ActorRef<String> = try engine.find("texts", as: String.self)
        try found.send("hello")
        try numbers.send(count + again)
        try engine.publish(1, on: topic)
        try engine.broadcast(1)
        try engine.spawn { (message: Box, context) in print(message.count) }
        let texts = try engine.spawn("texts") { (text: String, context) in
            try end(context)
            try context.after(.seconds(1), send: "ring")
            try context.after(.seconds(1)) { _, context in try context.shutdown() }
            try context.request(greeter, { .count($0) }) { (result: Result<Int, BackstageError>) in "\\(result)" }
            let id = context.id
            Task { print(id ?? "") }
        }
        try texts.send("one")
        """

    private static let declarations = """
        func end(_ context: Context<String>) throws { try context.shutdown() }
        final class Box: Sendable { let count = 0 }
        struct Reading: TrivialPayload { var sensor: Int32 }
        struct Answerer: Actor {
            func receive(_ reply: ReplyTo<Int>, _ context: Context<ReplyTo<Int>>) throws { try reply.send(1) }
        }
        struct Reader: Actor {
            func started(_ context: Context<String>) throws {
                try context.subscribe(to: Topic<String>(of: "press"))
                try context.subscribe(to: Topic<Int>(of: "desk")) { "\\($0)" }
            }
            func receive(_ message: String, _ context: Context<String>) {}
        }
        """
}

private let hasCompiler = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .contains { FileManager.default.isExecutableFile(atPath: "\($0)/swiftc") }
