import Testing

/// A message that has to be destroyed.
protocol Cargo: Carrier {
    init(_ token: Token)
    var token: Token { get }
    /// Whether all of it came through.
    var isWhole: Bool { get }
}

/// A message with perhaps one inside.
protocol Carrier: Sendable {
    var cargo: (any Cargo)? { get }
}

extension Cargo {
    var number: Int { token.number }
    var cargo: (any Cargo)? { self }
}

/// A form of messages to be tried in a test.
struct Form: Sendable, CustomTestStringConvertible {
    let type: any Cargo.Type
    var testDescription: String { "\(type)" }
}

/// As many ways as there are to have to be destroyed: in an envelope, in a box, by one word or by many.
let forms = [
    Form(type: Token.self), Form(type: InEnvelope.self), Form(type: InBox.self), Form(type: Large.self),
    Form(type: Listed.self), Form(type: Named.self), Form(type: Existential.self), Form(type: Closure.self),
    Form(type: Choice.self), Form(type: Aligned.self), Form(type: Weakly.self),
]

extension Token: Cargo {
    convenience init(_ token: Token) { fatalError("a token is made by its census") }
    var token: Token { self }
    var isWhole: Bool { true }
}

/// The most that an envelope holds of what has to be destroyed.
struct InEnvelope: Cargo {
    var first = 1
    let token: Token
    var last = 2

    init(_ token: Token) { self.token = token }
    var isWhole: Bool { first == 1 && last == 2 }
}

/// A word more than that.
struct InBox: Cargo {
    var first = 1
    let token: Token
    var middle = 2
    var last = 3

    init(_ token: Token) { self.token = token }
    var isWhole: Bool { first == 1 && middle == 2 && last == 3 }
}

struct Large: Cargo {
    var words = [256 of Int](repeating: 7)
    let token: Token

    init(_ token: Token) { self.token = token }

    var isWhole: Bool { words.indices.allSatisfy { words[$0] == 7 } }
}

struct Listed: Cargo {
    let tokens: [Token]

    init(_ token: Token) { tokens = Array(repeating: token, count: 5) }
    var token: Token { tokens[0] }
    var isWhole: Bool { tokens.count == 5 && tokens.allSatisfy { $0 === token } }
}

struct Named: Cargo {
    let name: String
    let token: Token

    init(_ token: Token) {
        name = String(repeating: "too long for a small string, ", count: 4) + "\(token.number)"
        self.token = token
    }

    var isWhole: Bool { name.hasSuffix(", \(token.number)") && name.utf8.count > 100 }
}

/// A protocol's box, of a size that is not known.
struct Existential: Cargo {
    let content: any Cargo

    init(_ token: Token) { content = token.number % 2 == 0 ? Large(token) : Single(token: token) }
    var token: Token { content.token }
    var isWhole: Bool { content.isWhole }

    private struct Single: Cargo {
        let token: Token
        init(token: Token) { self.token = token }
        init(_ token: Token) { self.token = token }
        var isWhole: Bool { true }
    }
}

struct Closure: Cargo {
    let body: @Sendable () -> Token

    init(_ token: Token) { body = { token } }
    var token: Token { body() }
    var isWhole: Bool { true }
}

enum Choice: Cargo {
    case one(Token)
    case several([Token], String, Int)
    case nothing

    init(_ token: Token) {
        self = token.number % 2 == 0 ? .one(token) : .several([token, token], "\(token.number)", 9)
    }

    var token: Token {
        switch self {
        case .one(let token): token
        case .several(let tokens, _, _): tokens[1]
        case .nothing: fatalError("never made")
        }
    }

    var isWhole: Bool {
        switch self {
        case .one: true
        case .several(let tokens, let text, let number):
            tokens.count == 2 && text == "\(tokens[0].number)" && number == 9
        case .nothing: false
        }
    }
}

/// As far aligned as a type can be.
struct Aligned: Cargo {
    let token: Token
    var lanes = SIMD16<Float>(repeating: 3)

    init(_ token: Token) { self.token = token }
    var isWhole: Bool { lanes == SIMD16<Float>(repeating: 3) }
}

/// With a weak reference, which the runtime keeps account of.
struct Weakly: Cargo {
    let token: Token
    nonisolated(unsafe) weak var same: Token?

    init(_ token: Token) {
        self.token = token
        same = token
    }

    var isWhole: Bool { same === token }
}
