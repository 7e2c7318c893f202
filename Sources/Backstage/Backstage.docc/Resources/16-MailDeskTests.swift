import BackstageTestKit
import Testing

@testable import MailDesk

private let toAda = Letter(to: "Ada", text: "Dear Ada")
private let toGrace = Letter(to: "Grace", text: "Dear Grace")
private let toNobody = Letter(to: "Nobody", text: "Dear Nobody")

@Test func aLetterEachRound() throws {
    let stage = try Stage(seed: 1)
    let delivered = try stage.probe(on: Postman.delivered)
    let desk = try stage.spawn("desk") { Desk() }

    for letter in [toAda, toGrace] { try desk.send(.accept(letter)) }
    try delivered.expectNone()
    try stage.advance(by: .milliseconds(100))
    try delivered.expect(toAda)
    try delivered.expectNone()
    try stage.advance(by: .milliseconds(100))
    try delivered.expect(toGrace)
    try stage.close()
}
