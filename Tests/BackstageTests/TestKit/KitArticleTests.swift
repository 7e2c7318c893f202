import Foundation
import Testing

/// What the articles of the test kit show compiles, and its tests pass.
@Suite struct KitArticleTests {
    private static let catalog = Compiler.root
        .appending(path: "Sources/BackstageTestKit/BackstageTestKit.docc")

    @Test(arguments: ["BackstageTestKit.md", "TestingActors.md"])
    func articleIsRight(_ article: String) throws {
        let path = Self.catalog.appending(path: article)
        let snippets = SnippetReader.snippets(
            of: try String(contentsOf: path, encoding: .utf8), in: article)
        #expect(snippets.contains { $0.expectation == .passes })
        for snippet in snippets {
            if snippet.expectation == .passes {
                let outcome = try Compiler.test(["Tests.swift": snippet.source])
                #expect(outcome.succeeded, "\(snippet): \(outcome.output)")
                #expect(outcome.output.contains(" passed after "), "\(snippet): \(outcome.output)")
            } else {
                let outcome = try Compiler.check(snippet.source)
                #expect(outcome.succeeded, "\(snippet): \(outcome.output)")
            }
        }
    }
}
