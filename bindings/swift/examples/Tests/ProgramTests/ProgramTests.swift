import Testing

/// All that programs of this package print: one program at a time.
@Suite(.serialized) enum ProgramTests {}
