import Testing

extension ProgramTests {
    @Suite struct SmallProgramTests {
        @Test func hello() throws {
            let program = try Program.run("hello")
            #expect(program.output == "Hello, world!\n")
            #expect(program.errors == "" && program.status == 0)
        }

        @Test func protobuf() throws {
            let program = try Program.run("protobuf")
            #expect(try program.output == Files.expected("protobuf"))
            #expect(program.errors == "" && program.status == 0)
        }
    }
}
