import Testing

@testable import BackstageCore

struct TopicFormTests {
    private func form(_ text: String) -> TopicForm? { withName(Array(text.utf8)) { $0?.topicForm } }

    @Test(arguments: ["a", "cpu", "cpu.0.load", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p", " ", "a b.\t", "/", "ä.é"])
    func isAName(_ text: String) { #expect(form(text) == .name) }

    @Test(arguments: ["*", ">", "*.*", "a.*", "*.a", "a.*.b", "a.>", "*.>", "a.*.b.>", "a.b.*.*.>"])
    func isAPattern(_ text: String) { #expect(form(text) == .pattern) }

    @Test(arguments: [
        "", ".", "..", ".a", "a.", "a..b", ".*", "*.", ">.", ".>", ">.a", "a.>.b", ">.>", "a*", "*a", "**",
        "a.b*.c", "a>", ">a", ">>", "a.>>", "a.*>", "*>", ">*", "a.>*", "a.*b.>", "a.b.c>",
    ])
    func isNeither(_ text: String) { #expect(form(text) == nil) }

    @Test func hasAtMost16Tokens() {
        for tokens in 1...20 {
            let name = [String](repeating: "a", count: tokens).joined(separator: ".")
            let pattern = [String](repeating: "*", count: tokens).joined(separator: ".")
            #expect(form(name) == (tokens <= 16 ? .name : nil))
            #expect(form(pattern) == (tokens <= 16 ? .pattern : nil))
            #expect(form(name + ".>") == (tokens < 16 ? .pattern : nil))
        }
    }

    @Test func bytesOfATokenAreFree() {
        for byte in 1...255 as ClosedRange<UInt8> where ![0x2A, 0x2E, 0x3E].contains(byte) {
            #expect(withName([byte, 0x2E, byte, byte]) { $0?.topicForm } == .name)
        }
    }

    @Test func readsNothingBeyondItsEnd() throws {
        let page = try GuardedPage()
        for text in ["a", "*", ">", "a.", "a.*", "a.>", "a.b"] {
            let bytes = page.putLast(Array(text.utf8))
            // A name that came from another thread is not looked at beyond its length.
            let name = Name(bytes: bytes, length: text.utf8.count, seed: 0)
            #expect(name.topicForm == form(text))
        }
    }

    /// Every text of up to seven of the bytes that matter, beside a reading by the rules.
    @Test func everyShortTextReadsByTheRules() {
        var texts = [""]
        for _ in 1...7 {
            texts = texts.flatMap { text in ["a", ".", "*", ">"].map { text + $0 } }
            let wrong = texts.filter { form($0) != formByTheRules($0) }
            #expect(wrong == [])
        }
    }

    private func formByTheRules(_ text: String) -> TopicForm? {
        let tokens = text.split(separator: ".", omittingEmptySubsequences: false)
        let areWhole = tokens.allSatisfy { token in
            !token.isEmpty && (token.count == 1 || !token.contains { "*>".contains($0) })
        }
        guard areWhole, tokens.count <= 16, !tokens.dropLast().contains(">") else { return nil }
        return tokens.contains("*") || tokens.contains(">") ? .pattern : .name
    }
}
