import Foundation
import Testing

/// What the documentation shows compiles, and does what it says.
@Suite struct DocumentationTests {
    static let catalog = Compiler.root.appending(path: "Sources/Backstage/Backstage.docc")

    static func articles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: catalog.path)
            .filter { $0.hasSuffix(".md") }.sorted()
    }

    @Test(arguments: try articles())
    func articleIsRight(_ article: String) throws {
        let text = try String(contentsOf: Self.catalog.appending(path: article), encoding: .utf8)
        let snippets = SnippetReader.snippets(of: text, in: article)
        #expect(!snippets.isEmpty)
        for snippet in snippets { try check(snippet) }
    }

    private func check(_ snippet: Snippet) throws {
        switch snippet.expectation {
        case .compiles:
            let outcome = try Compiler.check(snippet.source)
            #expect(outcome.succeeded, "\(snippet): \(outcome.output)")
        case .isManifest:
            let outcome = try Compiler.checkManifest(snippet.source)
            #expect(outcome.succeeded, "\(snippet): \(outcome.output)")
        case .isRefused(let reason):
            let outcome = try Compiler.check(snippet.source)
            #expect(!outcome.succeeded, "\(snippet)")
            #expect(outcome.output.contains("error: \(reason)"), "\(snippet): \(outcome.output)")
        case .prints(let text):
            let outcome = try Compiler.run(["main.swift": snippet.source])
            #expect(outcome.succeeded, "\(snippet): \(outcome.output)")
            #expect(outcome.output == text, "\(snippet)")
        case .passes:
            let outcome = try Compiler.test(["Tests.swift": snippet.source])
            #expect(outcome.succeeded, "\(snippet): \(outcome.output)")
            #expect(outcome.output.contains(" passed after "), "\(snippet): \(outcome.output)")
        }
    }

    // MARK: - The tutorial

    @Test(arguments: try TutorialSteps().numbers)
    func stepIsRight(_ number: String) throws {
        let steps = try TutorialSteps()
        let files = try steps.files(upTo: number)
        if files.keys.contains(where: { $0.hasSuffix("Tests.swift") }) {
            let outcome = try Compiler.test(files.filter { $0.key != "main.swift" }, module: "MailDesk")
            #expect(outcome.succeeded, "step \(number): \(outcome.output)")
            #expect(outcome.output.contains(" passed after "), "step \(number): \(outcome.output)")
        } else if let output = try steps.output(of: number) {
            let outcome = try Compiler.run(files)
            #expect(outcome.succeeded, "step \(number): \(outcome.output)")
            #expect(outcome.output == output, "step \(number)")
        } else {
            let outcome = try Compiler.check(files)
            #expect(outcome.succeeded, "step \(number): \(outcome.output)")
        }
    }

    @Test func tutorialShowsEveryFile() throws {
        let tutorial = Self.catalog.appending(path: "Tutorials/MailDesk.tutorial")
        let text = try String(contentsOf: tutorial, encoding: .utf8)
        let names = try TutorialSteps().names
        #expect(names.contains { $0.hasSuffix("-output.txt") })
        for name in names { #expect(text.contains("file: \"\(name)\""), "\(name)") }
    }
}

/// The files of the tutorial: `07-Desk.swift` is `Desk.swift` from step 07 on, and `09-output.txt` what the
/// program prints at step 09.
struct TutorialSteps {
    private let folder = DocumentationTests.catalog.appending(path: "Resources")
    /// All files with code or output.
    let names: [String]

    init() throws {
        names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            .filter { $0.hasSuffix(".swift") || $0.hasSuffix(".txt") }.sorted()
    }

    /// The steps that change the program.
    var numbers: [String] { names.filter { $0.hasSuffix(".swift") }.map { String($0.prefix(2)) } }

    /// The program at a step, by name.
    func files(upTo number: String) throws -> [String: String] {
        var files: [String: String] = [:]
        for name in names where name.hasSuffix(".swift") && name.prefix(2) <= number {
            files[String(name.dropFirst(3))] = try text(of: name)
        }
        return files
    }

    func output(of number: String) throws -> String? {
        let name = "\(number)-output.txt"
        return names.contains(name) ? try text(of: name) : nil
    }

    private func text(of name: String) throws -> String {
        try String(contentsOf: folder.appending(path: name), encoding: .utf8)
    }
}
