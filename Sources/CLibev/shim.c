#include "shim.h"

_Thread_local void *clibev_thread_current
    __attribute__((visibility("hidden"), tls_model("initial-exec")));
