import Testing

extension ProgramTests {
    @Suite struct OrdersTests {
        @Test func twoRunsPrintTheSame() throws {
            let program = try Program.run("orders", "--seed", "42", "--orders", "1000")
            #expect(program.status == 0 && program.errors == "")
            #expect(program.lines.count { $0.hasPrefix("ok ") } == 9)
            #expect(!program.output.contains("FAILED"))
            #expect(program.lines.contains { $0.hasPrefix("orders: 1000 = ") })
            #expect(try Program.run("orders", "--seed", "42", "--orders", "1000").output == program.output)
            #expect(try Program.run("orders", "--seed", "43", "--orders", "1000").output != program.output)
        }

        @Test(arguments: [
            ["--orders", "-1"], ["--traders", "0"], ["--seed", "x"], ["--poison-every", "-1"],
        ])
        func badOptions(arguments: [String]) throws {
            let program = try RunningProgram("orders", arguments).finish()
            #expect(program.status == 64)
            #expect(program.output == "")
            #expect(program.errors.contains("Usage: orders"))
        }
    }
}
