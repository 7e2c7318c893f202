import Foundation

/// A program put together from the Swift of an article.
///
/// The ```` ```swift ```` blocks of an article are one program, from the top, unless a comment of its own
/// line says otherwise of what comes next:
///
///     <!-- snippet: new -->           a new program begins
///     <!-- snippet: manifest -->      this block is a Package.swift
///     <!-- snippet: error TEXT -->    this block, added to the program, does not compile: the compiler
///                                     says TEXT; the program goes on without it
///     <!-- snippet: prints -->        the text block that follows is what the program so far prints
///     <!-- snippet: hidden            Swift that readers are not shown, up to the end of the comment
///     … -->
///
/// A program that imports Testing is run as tests, which have to pass.
struct Snippet: CustomStringConvertible {
    enum Expectation: Equatable {
        case compiles, isManifest
        case isRefused(String)
        case prints(String)
        case passes
    }

    let article: String
    /// Where its last block begins.
    let line: Int
    var source: String
    var expectation: Expectation

    var description: String { "\(article):\(line)" }
}

/// Reads the snippets of an article.
struct SnippetReader {
    private let article: String
    private let lines: [String]
    private var next = 0
    private var program = ""
    private var line = 1
    private var mark: String?
    private var snippets: [Snippet] = []

    static func snippets(of text: String, in article: String) -> [Snippet] {
        var reader = SnippetReader(article: article, lines: text.components(separatedBy: "\n"))
        reader.read()
        return reader.snippets
    }

    private init(article: String, lines: [String]) {
        self.article = article
        self.lines = lines
    }

    private mutating func read() {
        while next < lines.count {
            let text = lines[next]
            next += 1
            if text.hasPrefix("<!-- snippet: hidden") {
                add(block(until: "-->"))
            } else if text.hasPrefix("<!-- snippet: ") {
                take(mark: String(text.dropFirst("<!-- snippet: ".count).dropLast(" -->".count)))
            } else if text == "```swift" {
                take(block(until: "```"))
            } else if text.hasPrefix("```") {
                let output = block(until: "```").text
                if mark == "prints" { finish(.prints(output)) }
            }
        }
        finish()
    }

    private mutating func take(mark: String) {
        if mark == "new" {
            finish()
        } else {
            self.mark = mark
        }
    }

    private mutating func take(_ block: (line: Int, text: String)) {
        defer { mark = nil }
        guard let mark else { return add(block) }
        line = block.line
        if mark == "manifest" {
            snippets.append(snippet(block.text, .isManifest))
        } else if mark.hasPrefix("error ") {
            let reason = String(mark.dropFirst("error ".count))
            snippets.append(snippet(program + block.text, .isRefused(reason)))
        } else {
            preconditionFailure("\(article):\(block.line): unknown mark \(mark)")
        }
    }

    private mutating func add(_ block: (line: Int, text: String)) {
        if program.isEmpty { program = "import Backstage\n" }
        line = block.line
        program += "#sourceLocation(file: \"\(article)\", line: \(block.line))\n\(block.text)"
    }

    /// The program is complete.
    private mutating func finish(_ expectation: Snippet.Expectation? = nil) {
        let isTest = program.contains("import Testing\n")
        let expectation = expectation ?? (isTest ? .passes : .compiles)
        if !program.isEmpty { snippets.append(snippet(program, expectation)) }
        program = ""
        mark = nil
    }

    private func snippet(_ source: String, _ expectation: Snippet.Expectation) -> Snippet {
        Snippet(article: article, line: line, source: source, expectation: expectation)
    }

    private mutating func block(until end: String) -> (line: Int, text: String) {
        let line = next + 1
        var text = ""
        while next < lines.count, lines[next] != end {
            text += lines[next] + "\n"
            next += 1
        }
        next += 1
        return (line, text)
    }
}
