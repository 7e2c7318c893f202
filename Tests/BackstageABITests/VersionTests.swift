import CBackstage
import Testing

struct VersionTests {
    @Test func theLibraryHasTheVersionOfItsHeader() {
        let header =
            UInt32(BACKSTAGE_VERSION_MAJOR) << 16 | UInt32(BACKSTAGE_VERSION_MINOR) << 8
            | UInt32(BACKSTAGE_VERSION_PATCH)
        #expect(backstage_version() == header)
    }

    /// Every status by its name in the header.
    @Test(arguments: [
        (BACKSTAGE_OK, "OK"), (BACKSTAGE_INVALID_ARGUMENT, "INVALID_ARGUMENT"),
        (BACKSTAGE_INVALID_ID, "INVALID_ID"), (BACKSTAGE_INVALID_TOPIC, "INVALID_TOPIC"),
        (BACKSTAGE_INVALID_SIGNAL, "INVALID_SIGNAL"), (BACKSTAGE_BAD_DESCRIPTOR, "BAD_DESCRIPTOR"),
        (BACKSTAGE_NOT_FOUND, "NOT_FOUND"), (BACKSTAGE_ENDING, "ENDING"), (BACKSTAGE_EXISTS, "EXISTS"),
        (BACKSTAGE_NOT_SUBSCRIBED, "NOT_SUBSCRIBED"), (BACKSTAGE_NOT_MONITORED, "NOT_MONITORED"),
        (BACKSTAGE_NOT_WAITING, "NOT_WAITING"), (BACKSTAGE_INBOX_FULL, "INBOX_FULL"),
        (BACKSTAGE_QUEUE_FULL, "QUEUE_FULL"), (BACKSTAGE_PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE"),
        (BACKSTAGE_LIMIT, "LIMIT"), (BACKSTAGE_NO_MEMORY, "NO_MEMORY"),
        (BACKSTAGE_WRONG_THREAD, "WRONG_THREAD"), (BACKSTAGE_OTHER_ENGINE, "OTHER_ENGINE"),
        (BACKSTAGE_IN_CALLBACK, "IN_CALLBACK"), (BACKSTAGE_TIMEOUT, "TIMEOUT"),
        (BACKSTAGE_STOPPED, "STOPPED"), (BACKSTAGE_NOT_VIRTUAL, "NOT_VIRTUAL"),
        (BACKSTAGE_SYSTEM, "SYSTEM"), (BACKSTAGE_USER_STATUS, "USER"),
    ])
    func aStatusHasItsName(_ status: Int, _ name: String) {
        #expect(String(cString: backstage_status_name(backstage_status(status))) == name)
    }

    @Test func anyNumberHasAName() {
        #expect(String(cString: backstage_status_name(.min)) == "USER")
        #expect(String(cString: backstage_status_name(-999)) == "UNKNOWN")
        #expect(String(cString: backstage_status_name(-24)) == "UNKNOWN")
        #expect(String(cString: backstage_status_name(1)) == "UNKNOWN")
        #expect(String(cString: backstage_status_name(.max)) == "UNKNOWN")
    }
}
