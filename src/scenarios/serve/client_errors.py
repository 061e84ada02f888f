"""The log of a server, in which faults of clients are few and those of the program all there."""

import logging
import time


class ClientErrorFilter(logging.Filter):
    """Passes one line a minute on faults of clients, and every fault of the program."""

    _next = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        fault = record.exc_info and record.exc_info[1]
        of_program = bool(fault) and not (record.name == "asyncio" and isinstance(fault, OSError))
        if of_program or time.monotonic() < self._next:
            return of_program
        self._next = time.monotonic() + 60
        text = record.getMessage().partition("\n")[0]
        record.msg, record.args, record.exc_info = f"scen serve: {text}", None, None
        return True
