import CBackstage
import CLibev

private let dot = UInt8(ascii: ".")
private let star = UInt8(ascii: "*")
private let greater = UInt8(ascii: ">")

/// What a well-formed topic is: a name, or a pattern for names.
enum TopicForm {
    case name, pattern
}

extension Name {
    private var text: UnsafePointer<UInt8> { bytes.assumingMemoryBound(to: UInt8.self) }

    /// The form of a topic; nil if it is not well formed.
    var topicForm: TopicForm? {
        var form = TopicForm.name
        var tokens = 0
        var start = 0
        while start <= length {
            var end = start
            while end < length, text[end] != dot { end += 1 }
            tokens += 1
            guard end > start, tokens <= Int(BACKSTAGE_TOPIC_TOKENS_MAX) else { return nil }
            for i in start..<end where text[i] == star || text[i] == greater {
                // A wildcard is a token of its own, and `>` the last one.
                guard end - start == 1, text[i] == star || end == length else { return nil }
                form = .pattern
            }
            start = end + 1
        }
        return form
    }
}

/// Whether a pattern, well formed, matches a name, well formed.
func matches(_ pattern: UnsafePointer<UInt8>, _ name: UnsafePointer<UInt8>) -> Bool {
    var pattern = pattern
    var name = name
    while true {
        if pattern[0] == greater { return name[0] != 0 }
        if pattern[0] == star {
            pattern += 1
            while name[0] != 0, name[0] != dot { name += 1 }
        } else {
            while pattern[0] != 0, pattern[0] != dot, pattern[0] == name[0] {
                pattern += 1
                name += 1
            }
        }
        // Both must have come to the end of a token: the last one, or not, alike.
        guard pattern[0] == name[0], pattern[0] == 0 || pattern[0] == dot else { return false }
        if pattern[0] == 0 { return true }
        pattern += 1
        name += 1
    }
}
