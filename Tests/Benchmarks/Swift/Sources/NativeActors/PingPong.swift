// Ping-pong: a call takes the ball over, its return brings it back, so that one `await` is two messages.

import Harness

actor Player {
    private(set) var score = Score()

    func hit(_ ball: Ball) -> Ball {
        var ball = ball
        _ = score.play(&ball)
        return ball
    }

    func rally(with other: Player, limit: UInt64) async {
        var ball = Ball(bounces: 0, limit: limit)
        while score.play(&ball) {
            ball = await other.hit(ball)
            if ball.bounces >= limit { return }
        }
    }
}

func pingPong(_ count: UInt64) async -> [Double] {
    let (one, other) = (Player(), Player())
    let figure = await timed(count) { await one.rally(with: other, limit: $0) }
    checkMatch(await one.score, await other.score, limits: [warmUp(count), count])
    return [figure]
}

// The same with both on one executor.

actor PinnedPlayer {
    private(set) var score = Score()

    nonisolated var unownedExecutor: UnownedSerialExecutor { OneThread.shared.asUnownedSerialExecutor() }

    func hit(_ ball: Ball) -> Ball {
        var ball = ball
        _ = score.play(&ball)
        return ball
    }

    func rally(with other: PinnedPlayer, limit: UInt64) async {
        var ball = Ball(bounces: 0, limit: limit)
        while score.play(&ball) {
            ball = await other.hit(ball)
            if ball.bounces >= limit { return }
        }
    }
}

func pingPongPinned(_ count: UInt64) async -> [Double] {
    let (one, other) = (PinnedPlayer(), PinnedPlayer())
    let figure = await timed(count) { await one.rally(with: other, limit: $0) }
    checkMatch(await one.score, await other.score, limits: [warmUp(count), count])
    return [figure]
}
