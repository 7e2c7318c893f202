// Ping-pong: one ball between two actors.

import Backstage
import Harness

struct Player: Actor {
    let other: ActorRef<Ball>
    let results: Results<Score>
    var score = Score()

    mutating func receive(_ ball: Ball, _ context: Context<Ball>) throws {
        var ball = ball
        if score.play(&ball) { try other.send(ball) }
    }

    mutating func ended(_ reason: EndReason, _ context: Context<Ball>) { results.values.append(score) }
}

func pingPong(_ count: UInt64) throws -> [Double] {
    let engine = try Engine()
    let results = Results<Score>()
    // A player is made at its first turn: both are there by then.
    let one = try engine.spawn("one") {
        Player(other: try engine.find("other", as: Ball.self), results: results)
    }
    _ = try engine.spawn("other") { Player(other: one, results: results) }
    let figure = try timed(count) {
        try one.send(Ball(bounces: 0, limit: $0))
        try engine.run(.untilIdle)
    }
    try close(engine)
    checkMatch(results.values[0], results.values[1], limits: [warmUp(count), count])
    return [figure]
}
