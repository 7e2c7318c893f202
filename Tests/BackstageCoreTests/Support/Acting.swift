import CBackstage

@testable import BackstageCore

/// What actors do, with Swift's own strings and arrays.
extension Actor {
    func subscribe(to publisher: String, _ topic: String? = nil) -> Status {
        withTopic(topic) { topic in publisher.withCString { subscribe($0, topic) } }
    }

    func unsubscribe(from publisher: String, _ topic: String? = nil) -> Status {
        withTopic(topic) { topic in publisher.withCString { unsubscribe($0, topic) } }
    }

    func publish(_ bytes: [UInt8], on topic: String? = nil, _ receivers: inout UInt32) -> Status {
        withTopic(topic) { topic in
            bytes.withUnsafeBytes { publish(topic, .bytes($0.baseAddress, $0.count), &receivers) }
        }
    }

    func publish(_ bytes: [UInt8], on topic: String? = nil) -> Status {
        var receivers: UInt32 = 0
        return publish(bytes, on: topic, &receivers)
    }

    private func withTopic(_ topic: String?, _ body: (TopicArgument) -> Status) -> Status {
        topic?.withCString { body(.named($0)) } ?? body(.main)
    }
}
