import Backstage

let engine = try Engine()
let desk = try engine.spawn("desk") { Desk() }

for name in ["Ada", "Grace"] {
    try desk.send(.accept(Letter(to: name, text: "Dear \(name)")))
}
try engine.run(.untilIdle)
try engine.close()
