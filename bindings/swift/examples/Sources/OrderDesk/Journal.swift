import Matching

/// What became of every order: the desk's memory. A book that failed is made anew of what is open here.
struct Journal: Sendable {
    enum State: Sendable, Equatable {
        case sent  // to its book, which has not answered yet
        case resting
        case filled
        case cancelled
        case rejected(Rejection)
    }

    struct Entry: Sendable {
        let symbol: String
        let order: Order  // as it came
        var filled = 0
        var state = State.sent

        var left: Int { order.quantity - filled }
    }

    private(set) var entries: [OrderID: Entry] = [:]
    private var arrivals: [String: [OrderID]] = [:]  // by symbol; time gives priority

    /// Is there an order with this id? It must be new to be written down.
    func has(_ id: OrderID) -> Bool { entries[id] != nil }

    mutating func write(_ ticket: Ticket, _ state: State = .sent) {
        precondition(!has(ticket.order.id))
        entries[ticket.order.id] = Entry(symbol: ticket.symbol, order: ticket.order, state: state)
        arrivals[ticket.symbol, default: []].append(ticket.order.id)
    }

    /// A book has taken an order, and traded as much of it as it could.
    mutating func place(_ id: OrderID, _ trades: [Trade]) {
        change(id, from: .sent) { $0.state = .resting }
        for trade in trades {
            for id in [trade.buyer, trade.seller] {
                change(id, from: .resting) { entry in
                    entry.filled += trade.quantity
                    precondition(entry.left >= 0)
                    if entry.left == 0 { entry.state = .filled }
                }
            }
        }
    }

    mutating func cancel(_ id: OrderID) {
        change(id, from: .resting) { $0.state = .cancelled }
    }

    mutating func reject(_ id: OrderID, _ rejection: Rejection) {
        change(id, from: .sent) { $0.state = .rejected(rejection) }
    }

    /// The orders that rest in a book, in the order in which they came.
    func resting(in symbol: String) -> [Order] {
        (arrivals[symbol] ?? []).compactMap { id in
            guard let entry = entries[id], entry.state == .resting else { return nil }
            var order = entry.order
            order.quantity = entry.left
            return order
        }
    }

    /// Forgets when those came whose fate is known, so that what rests is found faster.
    mutating func prune(_ symbol: String) {
        arrivals[symbol]?.removeAll { id in
            let state = entries[id]?.state
            return state != .sent && state != .resting
        }
    }

    private mutating func change(_ id: OrderID, from state: State, _ change: (inout Entry) -> Void) {
        guard var entry = entries[id], entry.state == state else {
            preconditionFailure("\(id) is \(String(describing: entries[id]?.state)), not \(state)")
        }
        change(&entry)
        entries[id] = entry
    }
}
