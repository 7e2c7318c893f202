import Backstage

struct Greeter: Actor {
    func receive(_ name: String, _ context: Context<String>) {
        print("Hello, \(name)!")
    }
}

let engine = try Engine()
let greeter = try engine.spawn("greeter") { Greeter() }
try greeter.send("world")
try engine.run(.untilIdle)
try engine.close()
