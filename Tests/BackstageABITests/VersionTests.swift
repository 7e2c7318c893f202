import BackstageABI
import CBackstage
import Testing

@Test func theLibraryHasTheVersionOfItsHeader() {
    let header =
        UInt32(BACKSTAGE_VERSION_MAJOR) << 16
        | UInt32(BACKSTAGE_VERSION_MINOR) << 8
        | UInt32(BACKSTAGE_VERSION_PATCH)
    #expect(CBackstage.backstage_version() == header)
}
