import BackstageCore

extension Context {
    /// Has asynchronous work done in a task, and gives this actor a message of its outcome: how an actor
    /// awaits something without holding up the others.
    ///
    /// ```swift
    /// context.task { try await store.load(key) } then: { .loaded($0) }
    /// ```
    ///
    /// The task runs on Swift's own threads, and knows nothing of the actor: `then` runs there too. It is
    /// cancelled when the actor ends or restarts, and then nothing comes of it. If the actor's inbox, or the
    /// engine's queue, is full by the time it is done, it waits until there is room.
    ///
    /// - Returns: the task, to cancel it: its outcome comes all the same, most likely a `CancellationError`.
    @discardableResult
    public func task<Success: Sendable>(
        priority: TaskPriority? = nil, _ work: @escaping @Sendable () async throws -> Success,
        then: @escaping @Sendable (Result<Success, any Error>) -> Message
    ) -> ActorTask {
        let cell = cell
        let ref = ref
        let number = cell.addTask()
        let task = ActorTask(number: number)
        let work = Task.detached(priority: priority) {
            let result: Result<Success, any Error>
            do { result = .success(try await work()) } catch { result = .failure(error) }
            await ref.sendPatiently(then(result), unless: task)
            try? onThread(of: ref.engineNumber) { $0?.forgetTask(number, of: ref.erased) }
        }
        task.start(work)
        cell.tasks[number] = task
        return task
    }
}

extension ActorRef {
    /// Sends as soon as there is room, unless nobody wants it any more.
    fileprivate func sendPatiently(_ message: Message, unless task: ActorTask) async {
        while !task.isUnwanted {
            do throws(BackstageError) {
                return try send(message)
            } catch {
                guard error == .inboxFull || error == .queueFull else { return }
            }
            // Not cancelled with the task: the outcome is still to come.
            await Task.detached { try? await Task.sleep(for: .milliseconds(1)) }.value
        }
    }
}

extension AnyCell {
    fileprivate func addTask() -> UInt64 {
        taskCount += 1
        return taskCount
    }

    /// The actor ends or restarts.
    func abandonTasks() {
        let abandoned = tasks
        tasks = [:]
        for task in abandoned.values { task.abandon() }
    }
}

extension Engine {
    fileprivate func forgetTask(_ number: UInt64, of ref: AnyActorRef) {
        guard let actor = core.actor(ref.rawValue) else { return }
        AnyCell.of(actor, in: core)?.tasks[number] = nil
    }
}
