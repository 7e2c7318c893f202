/*
 * What is not these tests' leak: Foundation's Process now and then leaves what knew of a weak
 * reference behind.
 */
#ifdef __has_feature
#if __has_feature(address_sanitizer)

const char *__lsan_default_suppressions(void);

const char *__lsan_default_suppressions(void) { return "leak:Foundation7ProcessC3run\n"; }

#endif
#endif

typedef int cactors_sanitizers_is_not_empty;
