"""A child process that reads what strangers wrote, within limits of time, memory and size.

A file that hangs, fills or breaks its reader costs one call: the next one starts another child. The
child imports nothing from the current folder, runs no shell, and answers with plain values. It ends
with this process, even where that is killed: the pipe between them closes.
"""

import json
import os
import select
import signal
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from importlib import import_module
from pathlib import Path
from threading import Event, Timer
from time import process_time, sleep
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
    """The limits of a call; where the system has no `setrlimit` only time and the answer are bound.

    `seconds` is time on the clock; the processor's may be twice that. Of memory what is allocated
    beyond the start counts, not the addresses that DuckDB and Arrow reserve, many times as much.
    """

    seconds: float
    memory_mib: int = 1024
    answer_mib: int = 128


class ChildEnded(ScenError):  # noqa: N818
    """The child of a call came to its end, and with it what it held."""


class Child:
    """A process for one call at a time, which imports `packages` at its start.

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
        """Start the process, unless it runs: it imports while this one does other things."""
        if self._process is None:
            # `-I -S` and these paths: else a `json.py` in the current folder would run
            # (test_nothing_of_the_current_folder_or_of_the_environment_is_imported).
            own = (self.limits.memory_mib, self.limits.answer_mib, self.packages)
            code = f"import sys; sys.path += {_paths()}; from {__name__} import work; work(*{own})"
            words, pipe = [sys.executable, "-I", "-S", "-c", code], subprocess.PIPE
            no_output = subprocess.DEVNULL
            self._process = subprocess.Popen(words, stdin=pipe, stdout=pipe, stderr=no_output)  # noqa: S603 - ourselves
        return self._process

    @property
    def is_running(self) -> bool:
        """True from the start to the end, by which a call has lost what earlier ones left."""
        return self._process is not None

    def end(self) -> int:
        """End the process; its exit status, negative for a signal."""
        process, self._process = self._process, None
        if process is None:
            return 0
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
        """The answer of `module:function`; `records` are types of records in it or the arguments.

        A message ends with the `remedy` where the call was too slow. ScenError as the function
        raised it; ChildEnded names the limit that the call exceeded, or the fault of its reader.
        """
        seconds, subject = seconds or self.limits.seconds, subject or self.subject
        kinds = {_place(record): record for record in records}
        numbered = {f"{n}": record for n, record in enumerate(kinds.values())}
        process, late = self.start(), Event()
        # `late` is set first: the kill ends the reading below, which then looks why it ended
        # (test_a_fault_costs_one_call_and_is_named).
        watch = Timer(seconds, lambda: (late.set(), process.kill()))  # type: ignore[func-returns-value]
        watch.daemon = True  # a Ctrl-C while it starts would have the end wait for its time
        kind, value = "ended", None
        try:
            watch.start()
            named = {record: place for place, record in kinds.items()}
            _send(process.stdin, _text([function, seconds, [*kinds], [*arguments]], named))
            data = _received(process.stdout, self.limits.answer_mib * _MIB)
            kind, value = json.loads(data, object_hook=partial(_revived, numbered.__getitem__))
        except (OSError, EOFError):
            pass
        except (ValueError, TypeError, LookupError, RecursionError):
            kind = "garbage"
        except KeyboardInterrupt:  # the next call would get the answer to this one
            self.end()
            raise
        finally:
            watch.cancel()
        if kind == "answer" and not late.is_set():
            return value
        if kind == "refused":
            raise (UsageError if value[0] == UsageError.__name__ else ScenError)(value[1])  # type: ignore[index]
        status = self.end()
        if late.is_set() or -status == getattr(signal, "SIGXCPU", None):
            raise ChildEnded(f"{subject} took more than {seconds:g} s{remedy}")
        memory = f"needs more than {self.limits.memory_mib} MiB of memory"
        reasons = {
            "memory": f"{memory}: take less at once",
            "size": f"gives more than {self.limits.answer_mib} MiB: take less at once",
            "garbage": "could not be read: its reader's answer makes no sense",
            "ended": f"could not be read: its reader ended ({status}), as where it {memory}",
        }
        raise ChildEnded(f"{subject} {reasons.get(kind, f'could not be read: {value}')}")


def call(limits: Limits, subject: str, function: str, *arguments: Any, **options: Any) -> Any:
    """The answer of one call."""
    with Child(limits, subject) as child:
        return child.call(function, *arguments, **options)


def _paths() -> list[str]:
    """Where a child imports from: as here, never from the current folder."""
    here, own = Path.cwd(), str(Path(__file__).parents[2])
    paths = [path for path in sys.path if Path(path).is_absolute() and Path(path) != here]
    return paths if own in paths else [*paths, own]


def _send(stream: Any, text: str) -> None:
    data = text.encode()
    stream.write(len(data).to_bytes(_SIZE) + data)
    stream.flush()


def _received(stream: Any, most: float = float("inf")) -> bytes:
    """The bytes of the next message; EOFError at the end, ValueError for more than `most`."""
    size = int.from_bytes(head := stream.read(_SIZE))
    if len(head) < _SIZE:
        raise EOFError
    if size > most:
        raise ValueError
    data: bytes = stream.read(size)
    return data


_PLAIN = frozenset({str, int, float, bool, type(None)})
"""The types that JSON has."""
_TEXTS: Mapping[type, tuple[Callable[[Any], str], Callable[[str], Any]]] = {
    **{of: (of.isoformat, of.fromisoformat) for of in (date, datetime, time)},
    **{of: (str, of) for of in (Decimal, UUID)},
    timedelta: (
        lambda span: f"{span.days} {span.seconds} {span.microseconds}",
        lambda text: timedelta(*map(int, text.split())),
    ),
    bytes: (lambda data: b64encode(data).decode(), b64decode),
}
_REVIVED: dict[str, Callable[[Any], Any]] = {"tuple": tuple, "dict": dict}
_REVIVED |= {kind.__name__: read for kind, (_, read) in _TEXTS.items()}


def _text(value: Any, names: Mapping[type, str]) -> str:
    """A value as JSON, where each object has one key, the type of what was not plain.

    `names` has the key of each type of record, which is the list of its fields. A tree of lists and
    dicts, to be dumped whole, would take a GiB for 300,000 forecasts
    (test_an_answer_of_many_records_is_no_larger_than_its_text).
    """
    kind, name = type(value), ""
    if kind in _TEXTS:
        name, value = kind.__name__, _TEXTS[kind][0](value)
    elif kind in names:
        name, value = names[kind], [getattr(value, field) for field in _fields(kind)]
    elif kind is tuple:
        name = "tuple"
    elif isinstance(value, Mapping):
        name, value = "dict", [[*pair] for pair in value.items()]
    elif kind is not list and kind not in _PLAIN:
        value = str(value)
    if isinstance(value, list | tuple) and not _PLAIN.issuperset(map(type, value)):
        text = f"[{', '.join([_text(part, names) for part in value])}]"
    else:
        text = json.dumps(value)
    return f'{{"{name}": {text}}}' if name else text


def _revived(record: Callable[[str], Any], tagged: dict[str, Any]) -> Any:
    """The value of an object of JSON; `record` is the type of a record by its name."""
    ((name, value),) = tagged.items()
    if read := _REVIVED.get(name):
        return read(value)
    kind = record(name)
    return kind(**dict(zip(_fields(kind), value, strict=True)))


def _fields(kind: Any) -> Sequence[str]:
    return getattr(kind, "_fields", ()) or getattr(kind, "__struct_fields__", ())


def _place(kind: type) -> str:
    return f"{kind.__module__}:{kind.__name__}"


def _named(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)


def work(memory_mib: int, answer_mib: int, packages: Iterable[str] = ()) -> None:
    """Answer the calls at standard input until it ends, as the child."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C ends the parent, which ends the child
    calls, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):  # what a library prints is no answer
        os.dup2(nothing, number)
    sys.excepthook = partial(_fail, answers)
    if sys.platform == "linux":  # elsewhere the limit is of something else, or not kept
        # Not RLIMIT_AS, which counts what DuckDB reserves, seven times what it uses
        # (docs/decisions.md).
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[5])
        _limit(resource.RLIMIT_DATA, pages * resource.getpagesize() + memory_mib * _MIB)
    [*map(import_module, packages)]
    with suppress(EOFError):
        while message := _received(calls):
            call = json.loads(message, object_hook=partial(_revived, _named))
            function, seconds, records, arguments = call
            _watch(calls, seconds, is_busy=True)
            try:
                names = {_named(place): f"{n}" for n, place in enumerate(records)}
                text = _text(["answer", _named(function)(*arguments)], names)
                if len(text) > answer_mib * _MIB:
                    text = '["size", null]'
            except ScenError as error:
                text = json.dumps(["refused", [type(error).__name__, str(error)]])
            except MemoryError:
                text = '["memory", null]'
            _watch(calls, seconds, is_busy=False)
            _send(answers, text)


def _fail(answers: IO[bytes], kind: type[BaseException], error: BaseException, trace: Any) -> None:
    """Tell what a reader failed by, and where; then the child ends."""
    while trace.tb_next:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
    _send(answers, json.dumps(["failed", f"{kind.__name__} in {where}: {str(error)[:300]}"]))


def _limit(kind: int, most: int) -> None:
    """Set a limit of this process; a lower one that was set stays."""
    if sys.platform != "win32":
        hard = resource.getrlimit(kind)[1]
        soft = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (soft, hard))


_SETTLES = 0.005
"""Seconds after a call was read in which the signal of its write comes."""


def _watch(calls: IO[bytes], seconds: float, *, is_busy: bool) -> None:
    """Let the system end the process where its parent cannot: after its time, or without it.

    While it is busy, the end of the pipe is a signal that ends it, in whatever code it is.
    """
    if sys.platform != "win32":
        # The system counts from the start of the process, of all calls together
        # (test_a_call_may_take_twice_its_time_of_the_processor_and_leaves_no_core).
        _limit(resource.RLIMIT_CPU, int(process_time() + _PROCESSORS * seconds) + 2)
        _limit(resource.RLIMIT_CORE, 0)
        # SIGIO, by its default, ends the process: a thread that watches the pipe would not run
        # while `re` searches (test_a_child_ends_with_its_parent).
        fcntl.fcntl(calls, fcntl.F_SETOWN, os.getpid())
        # The system signals a write after it woke the reader: one that is read already would end us
        # ("its reader ended (-29)", on a machine that is busy).
        sleep(is_busy * _SETTLES)
        flags = fcntl.fcntl(calls, fcntl.F_GETFL) & ~os.O_ASYNC
        fcntl.fcntl(calls, fcntl.F_SETFL, flags | is_busy * os.O_ASYNC)
        if is_busy and select.select([calls], [], [], 0)[0]:  # it ended before it was watched
            raise SystemExit
