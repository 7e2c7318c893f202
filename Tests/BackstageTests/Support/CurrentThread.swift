import Glibc

/// The thread that asks. Not optimised: the compiler takes `pthread_self` for a constant, and so for the same
/// before and after an `await`.
@inline(never) @_optimize(none)
func currentThread() -> UInt { UInt(pthread_self()) }
