/* What callers in C see beside the functions: part of every generated header, so plain C99 and C++11. */
#ifndef MERCER_CONTEXT_H_
#define MERCER_CONTEXT_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The memory and threads of a call. A null context, and what is 0 in one, means: malloc, and no other thread. Results do not
   depend on it. */
typedef struct mercer_context {
  uint32_t size;   /* sizeof(mercer_context) */
  int32_t threads; /* tasks that may run at a time, if there is `parallel`; at most 1024 */
  /* Memory for temporaries of one call, aligned as malloc's; null when there is none. Called on the caller's thread. */
  void *(*allocate)(void *user, int64_t bytes);
  void (*release)(void *user, void *memory, int64_t bytes);
  /* Runs task(data, n) once for each n in 0 .. count-1, in any order, on any threads, and returns 0 when all are done.
     Another result means that none was run; the function then runs them itself. */
  int32_t (*parallel)(void *user, void (*task)(void *data, int64_t n), void *data, int64_t count);
  void *user;
} mercer_context;

/* What was wrong with this thread's last call that did not return 0; "" before. Valid until its next call. */
const char *mercer_last_error(void);

#ifdef __cplusplus
}
#endif

#endif /* MERCER_CONTEXT_H_ */
