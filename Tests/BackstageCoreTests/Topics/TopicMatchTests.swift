import Testing

@testable import BackstageCore

struct TopicMatchTests {
    private func match(_ pattern: String, _ name: String) -> Bool {
        (Array(pattern.utf8) + [0]).withUnsafeBufferPointer { pattern in
            (Array(name.utf8) + [0]).withUnsafeBufferPointer { name in
                matches(pattern.baseAddress!, name.baseAddress!)
            }
        }
    }

    @Test(arguments: [
        ("*", "a"), ("*", "abc"), (">", "a"), (">", "a.b.c"), ("a.*", "a.b"), ("*.b", "a.b"),
        ("*.*", "a.b"), ("a.*.c", "a.b.c"), ("a.>", "a.b"), ("a.>", "a.b.c.d"), ("*.>", "a.b"),
        ("a.*.>", "a.b.c"), ("cpu.*.load", "cpu.0.load"), ("net.>", "net.eth0.received"), ("a.b", "a.b"),
    ])
    func matching(_ pattern: String, _ name: String) { #expect(match(pattern, name)) }

    @Test(arguments: [
        ("*", "a.b"), ("a.>", "a"), ("a.>", "b.c"), ("a.*", "a"), ("a.*", "a.b.c"), ("*.b", "a.c"),
        ("*.*", "a"), ("*.>", "a"), ("a.*.>", "a.b"), ("ab.*", "a.b"), ("a.*", "ab.c"), ("a.*", "abc"),
        ("*.ab", "c.a"), ("*.a", "c.ab"), ("a.b.>", "a.c.b"), ("a", "b"), ("a", "ab"), ("ab", "a"),
    ])
    func notMatching(_ pattern: String, _ name: String) { #expect(!match(pattern, name)) }

    /// All names and patterns of up to four tokens.
    @Test func everyShortPatternMatchesByTheRules() {
        let names = sequences(of: ["a", "ab"], upTo: 4)
        let bodies = sequences(of: ["a", "ab", "*"], upTo: 4)
        let patterns = bodies + [[">"]] + sequences(of: ["a", "ab", "*"], upTo: 3).map { $0 + [">"] }
        var wrong: [String] = []
        for pattern in patterns {
            for name in names {
                let (patternText, nameText) = (pattern.joined(separator: "."), name.joined(separator: "."))
                if match(patternText, nameText) != matchByTheRules(pattern[...], name[...]) {
                    wrong.append("\(patternText) and \(nameText)")
                }
            }
        }
        #expect(wrong == [])
    }

    /// Long names, and patterns made of them by putting in wildcards and small faults.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func randomPatternsMatchByTheRules(_ seed: UInt64) {
        var random = Randomness(seed: seed)
        var matched = 0
        for _ in 0..<3000 {
            let name = (0...random.below(15)).map { _ in token(&random) }
            let pattern = spoil(name, &random)
            let expected = matchByTheRules(pattern[...], name[...])
            let texts = (pattern.joined(separator: "."), name.joined(separator: "."))
            if match(texts.0, texts.1) != expected { Issue.record("\(texts.0) and \(texts.1)") }
            matched += expected ? 1 : 0
        }
        // Neither answer is rare.
        #expect((600...2400).contains(matched))
    }

    @Test func readsNothingBeyondTheEnds() throws {
        let (first, second) = (try GuardedPage(), try GuardedPage())
        let texts = ["a", "a.b", "ab", "*", "*.b", "a.*", ">", "a.>", "a.b.c"]
        for pattern in texts {
            for name in ["a", "a.b", "ab", "a.b.c"] {
                let found = matches(
                    first.putLast(terminated: Array(pattern.utf8)),
                    second.putLast(terminated: Array(name.utf8)))
                #expect(found == match(pattern, name))
            }
        }
    }

    private func sequences(of tokens: [String], upTo length: Int) -> [[String]] {
        var last = tokens.map { [$0] }
        var all = last
        for _ in 1..<length {
            last = last.flatMap { start in tokens.map { start + [$0] } }
            all += last
        }
        return all
    }

    private func token(_ random: inout Randomness) -> String {
        ["a", "b", "ab", "ba", "a-rather-long-token", "é"][random.below(6)]
    }

    private func spoil(_ name: [String], _ random: inout Randomness) -> [String] {
        var pattern = name
        for place in pattern.indices where random.below(3) == 0 { pattern[place] = "*" }
        switch random.below(6) {
        case 0: pattern = Array(pattern.prefix(random.below(pattern.count))) + [">"]
        case 1: pattern.append([">", "*", "a"][random.below(3)])
        case 2: pattern[random.below(pattern.count)] += "a"
        case 3 where pattern.count > 1: pattern.removeLast()
        default: break
        }
        return pattern
    }

    /// A reading of the header, token by token.
    private func matchByTheRules(_ pattern: ArraySlice<String>, _ name: ArraySlice<String>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        guard let token = name.first else { return false }
        if first == ">" { return true }
        return (first == "*" || first == token) && matchByTheRules(pattern.dropFirst(), name.dropFirst())
    }
}
