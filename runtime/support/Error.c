// The text of a thread's last error: the archive's one mutable state.
#include "mercer/runtime/support/Support.h"

static _Thread_local char text[mercer_error_bytes];

char *mercer_error_text(void) { return text; }

const char *mercer_last_error(void) { return text; }
