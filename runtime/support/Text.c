// Texts of errors, without the C library's formats.
#include "mercer/runtime/support/Support.h"

#include <string.h>

typedef struct text {
  char *next, *end; ///< the last byte is for the 0
} text;

static void put(text *to, const char *from, size_t length) {
  const size_t room = (size_t)(to->end - to->next);
  if (length > room)
    length = room;
  memcpy(to->next, from, length);
  to->next += length;
}

static void put_text(text *to, const char *from) {
  size_t length = 0;
  while (from[length])
    ++length;
  put(to, from, length);
}

static void put_number(text *to, int64_t number) {
  char digits[20];
  size_t first = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do
    digits[--first] = (char)('0' + rest % 10);
  while (rest /= 10);
  if (number < 0)
    put(to, "-", 1);
  put(to, digits + first, sizeof digits - first);
}

static void put_list(text *to, int count, const int64_t *numbers) {
  put(to, "[", 1);
  for (int n = 0; n < count; ++n) {
    if (n)
      put(to, ", ", 2);
    put_number(to, numbers[n]);
  }
  put(to, "]", 1);
}

static void put_format(text *to, const char *format, va_list arguments) {
  for (const char *at = format; *at; ++at) {
    if (*at != '%') {
      put(to, at, 1);
      continue;
    }
    switch (*++at) {
    case 's':
      put_text(to, va_arg(arguments, const char *));
      break;
    case 'd':
      put_number(to, va_arg(arguments, int64_t));
      break;
    default: { // v
      const int count = va_arg(arguments, int);
      put_list(to, count, va_arg(arguments, const int64_t *));
    }
    }
  }
  *to->next = 0;
}

static text whole_text(void) {
  char *start = mercer_error_text();
  const text result = {start, start + mercer_error_bytes - 1};
  return result;
}

int32_t mercer_fail(int32_t code, const char *function, const char *format, ...) {
  text to = whole_text();
  put_text(&to, function);
  put_text(&to, ": ");
  va_list arguments;
  va_start(arguments, format);
  put_format(&to, format, arguments);
  va_end(arguments);
  return code;
}

void mercer_more(const char *format, ...) {
  text to = whole_text();
  while (*to.next)
    ++to.next;
  va_list arguments;
  va_start(arguments, format);
  put_format(&to, format, arguments);
  va_end(arguments);
}
