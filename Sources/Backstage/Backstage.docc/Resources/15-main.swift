import Backstage

let options = EngineOptions(
    deadLetter: { print("dead letter (\($0.reason)) for \($0.receiverID ?? "nobody")") },
    log: { print($0) })
let engine = try Engine(options)
let desk = try engine.spawn("desk") { Desk() }
try engine.spawn("book") { Book() }

for name in ["Ada", "Nobody", "Grace"] {
    try desk.send(.accept(Letter(to: name, text: "Dear \(name)")))
}
let waiting = try desk.requestAndWait { .waiting($0) }
print("\(waiting) letters wait")

try desk.send(.close)
try engine.run()
try engine.close()

let ledger = try engine.statistics()
print("accepted \(ledger.accepted) = handled \(ledger.handled) + dead \(ledger.dead)")
