"""Functions that run in a child process, within limits: there is read what strangers wrote.

A file that hangs, fills or breaks its reader costs one call: the next one starts another child. The
child imports nothing from the current folder, has no shell, and answers with plain values. It ends
with this process, even where that is killed: the pipe between them closes.
"""

import json
import os
import select
import signal
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event, Timer
from time import process_time
from typing import IO, Any, NamedTuple, Self
from uuid import UUID

from scenarios.errors import ScenError, UsageError

if sys.platform != "win32":
    import fcntl
    import resource

_MIB = 1 << 20
_PROCESSORS = 2
"""The processors that a reader may keep busy: DuckDB has as many threads."""
_SIZE = 8
"""Bytes in which a message gives its length."""


class Limits(NamedTuple):
    """What a call may use; only time is limited where the system has no `setrlimit`.

    `seconds` is time on the clock (a hundred times what a file of the usual size takes); the
    processor's may be twice that. `memory_mib` is what may be allocated beyond the start of the
    child, and counts no reserved addresses, of which DuckDB and Arrow take many times what they
    use. `answer_mib` bounds what this process holds of the answer.
    """

    seconds: float
    memory_mib: int = 1024
    answer_mib: int = 128


class ChildEnded(ScenError):  # noqa: N818
    """A call whose child came to its end, and with it what it held."""


class Child:
    """A process that answers one call at a time; `packages` are imported at its start.

    A message calls what it reads the `subject`.
    """

    def __init__(self, limits: Limits, subject: str, *packages: str) -> None:
        self.limits, self.subject, self.packages = limits, subject, packages
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process, unless it runs."""
        if self._process is None:
            path, *own = (_paths(), self.limits.memory_mib, self.limits.answer_mib, self.packages)
            start = f"from {__name__} import work; work(*{own})"
            self._process = subprocess.Popen(  # noqa: S603 - this interpreter, without a shell
                [sys.executable, "-I", "-S", "-c", f"import sys; sys.path += {path}; {start}"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def end(self) -> int:
        """End the process; its exit status, negative for a signal."""
        if (process := self._process) is None:
            return 0
        self._process = None
        process.kill()
        for pipe in (process.stdin, process.stdout):
            with suppress(BrokenPipeError):
                pipe.close()  # type: ignore[union-attr]
        return process.wait()

    def call(
        self,
        function: str,
        *arguments: Any,
        records: Iterable[type] = (),
        seconds: float | None = None,
        subject: str | None = None,
        remedy: str = "",
    ) -> Any:
        """The answer of `module:function`; `records` are the types of records in it.

        A message ends with the `remedy` where the call was too slow. ScenError as the function
        raised it; ChildEnded names the limit that the call exceeded, or the fault of its reader.
        """
        seconds, subject = seconds or self.limits.seconds, subject or self.subject
        known = {record.__name__: record for record in records}
        places = {name: f"{record.__module__}:{name}" for name, record in known.items()}
        process, late = self.start(), Event()

        def stop() -> None:
            late.set()
            process.kill()

        watch = Timer(seconds, stop)
        watch.start()
        kind: str = "ended"
        value: Any = None
        try:
            try:
                _send(process.stdin, _packed([function, seconds, places, [*arguments]]))
                data = _received(process.stdout, self.limits.answer_mib * _MIB)
                kind, value = json.loads(data, object_hook=partial(_revived, known))
            except (OSError, EOFError):
                pass
            except (ValueError, TypeError, LookupError, RecursionError):
                kind = "garbage"
            finally:
                watch.cancel()
        except BaseException:  # Ctrl-C: the next call would get the answer to this one
            self.end()
            raise
        if kind == "answer" and not late.is_set():
            return value
        if kind == "refused":
            raise (UsageError if value[0] == UsageError.__name__ else ScenError)(value[1])
        status = self.end()
        if late.is_set() or -status == getattr(signal, "SIGXCPU", None):
            raise ChildEnded(f"{subject} took more than {seconds:g} s{remedy}")
        raise ChildEnded(f"{subject} {self._fault(kind, value, status)}")

    def _fault(self, kind: str, value: Any, status: int) -> str:
        """The reason why there is no answer."""
        memory = f"needs more than {self.limits.memory_mib} MiB of memory"
        if kind in ("memory", "size"):
            size = f"gives more than {self.limits.answer_mib} MiB"
            return f"{memory if kind == 'memory' else size}: take less at once"
        if kind == "ended":
            value = f"signal {-status}, as where it {memory}"
        words = "what it answered makes no sense" if kind == "garbage" else value
        return f"could not be read: its reader failed ({words})"


def call(limits: Limits, subject: str, function: str, *arguments: Any, **options: Any) -> Any:
    """The answer of one call."""
    with Child(limits, subject) as child:
        return child.call(function, *arguments, **options)


def _paths() -> list[str]:
    """Where a child imports from: as here, never from the current folder."""
    here, own = Path.cwd(), str(Path(__file__).parents[2])
    paths = [path for path in sys.path if Path(path).is_absolute() and Path(path) != here]
    return paths if own in paths else [*paths, own]


def _send(stream: IO[bytes] | None, value: Any) -> None:
    assert stream  # noqa: S101 - a pipe
    data = json.dumps(value).encode()
    stream.write(len(data).to_bytes(_SIZE) + data)
    stream.flush()


def _received(stream: IO[bytes] | None, most: int | None = None) -> bytes:
    """The bytes of the next message; EOFError at the end, ValueError for more than `most`."""
    assert stream  # noqa: S101 - a pipe
    size = int.from_bytes(head := stream.read(_SIZE))
    if len(head) < _SIZE:
        raise EOFError
    if most is not None and size > most:
        raise ValueError
    return stream.read(size)


_PLAIN = frozenset({str, int, float, bool, type(None)})
"""The types that JSON has."""
_TEXTS: Mapping[type, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    date: (date.isoformat, date.fromisoformat),
    datetime: (datetime.isoformat, datetime.fromisoformat),
    time: (time.isoformat, time.fromisoformat),
    timedelta: (
        lambda span: f"{span.days} {span.seconds} {span.microseconds}",
        lambda text: timedelta(*map(int, text.split())),
    ),
    Decimal: (str, Decimal),
    UUID: (str, UUID),
    bytes: (lambda data: b64encode(data).decode(), b64decode),
}
_REVIVED = {kind.__name__: read for kind, (_, read) in _TEXTS.items()} | {
    "tuple": tuple,
    "dict": dict,
}


def _packed(value: Any, records: Mapping[str, type] = {}) -> Any:
    """A value as JSON, where each object has one key, the type of what was not plain."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind in (list, tuple):
        if not _PLAIN.issuperset(map(type, value)):
            value = [_packed(part, records) for part in value]
        return value if kind is list else {"tuple": value}
    if kind in _TEXTS:
        return {kind.__name__: _TEXTS[kind][0](value)}
    if kind.__name__ in records:
        fields = getattr(kind, "_fields", ()) or getattr(kind, "__struct_fields__", ())
        return {kind.__name__: [[n, _packed(getattr(value, n), records)] for n in fields]}
    if isinstance(value, Mapping):
        return {
            "dict": [[_packed(key, records), _packed(part, records)] for key, part in value.items()]
        }
    return str(value)


def _revived(records: Mapping[str, type], tagged: dict[str, Any]) -> Any:
    ((name, value),) = tagged.items()
    return records[name](**dict(value)) if name in records else _REVIVED[name](value)


def work(memory_mib: int, answer_mib: int, packages: Iterable[str] = ()) -> None:
    """Answer the calls at standard input until it ends, as the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends the child
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what a library prints is no answer
        os.dup2(nothing, number)
    sys.excepthook = partial(_fail, answers)
    _limit_memory(memory_mib * _MIB)
    for package in packages:
        import_module(package)
    while True:
        try:
            message = _received(calls)
        except EOFError:
            return
        function, seconds, places, arguments = json.loads(
            message, object_hook=partial(_revived, {})
        )
        del message
        records = {name: _named(place) for name, place in places.items()}
        _limit_time(calls, seconds, is_watched=True)
        try:
            answer = json.dumps(_packed(["answer", _named(function)(*arguments)], records))
            if len(answer) > answer_mib * _MIB:
                answer = json.dumps(["size", None])
        except ScenError as error:
            answer = json.dumps(["refused", [type(error).__name__, str(error)]])
        except MemoryError:
            answer = json.dumps(["memory", None])
        _limit_time(calls, seconds, is_watched=False)
        answers.write(len(answer).to_bytes(_SIZE) + answer.encode())
        answers.flush()


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def _fail(answers: IO[bytes], kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Tell what a reader failed by, and where; then the child ends."""
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "?"
    _send(answers, ["failed", f"{kind.__name__} in {where}: {str(error)[:300]}"])


def _limit_memory(most: int) -> None:
    """Let allocations fail beyond `most` bytes; a lower limit that was set stays."""
    if sys.platform != "linux":  # elsewhere the limit is of something else, or not kept
        return
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    most += pages * resource.getpagesize()
    most = most if soft == resource.RLIM_INFINITY else min(most, soft)
    resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _limit_time(calls: IO[bytes], seconds: float, *, is_watched: bool) -> None:
    """Let the system end the process where the parent cannot: after its time, or without it.

    While a call is worked on, `is_watched`, the end of the pipe is a signal that ends the process.
    """
    if sys.platform == "win32":
        return
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    most = int(process_time() + _PROCESSORS * seconds) + 2
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (most, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    fcntl.fcntl(calls, fcntl.F_SETOWN, os.getpid())
    flags = fcntl.fcntl(calls, fcntl.F_GETFL) & ~os.O_ASYNC
    fcntl.fcntl(calls, fcntl.F_SETFL, flags | is_watched * os.O_ASYNC)
    if is_watched and select.select([calls], [], [], 0)[0]:  # it closed before it was watched
        raise SystemExit
