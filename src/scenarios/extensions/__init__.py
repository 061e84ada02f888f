"""The door: what packages add to scen, found by their entry points in the group `scen`.

An entry point names an `Extension`, which names the functions that it adds; what a text names is
imported when it is used. Nothing is looked for until a command needs a name that is not ours.
Whatever such a package does costs it its place and the user one line, never a traceback.
"""

import os
import pkgutil
import re
import shutil
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self, TypeVar

import msgspec

from scenarios.errors import ScenError
from scenarios.result import Result

T = TypeVar("T")
Code = str | Callable[..., Any]
"""A function, or its place as `module:function`."""


class Target(msgspec.Struct, frozen=True):
    """An export format: how it is named (`name:`, an ending), and the `Codec` that makes it.

    An `address` is sent to, and all of the text is that address: `codec` is then a module with
    `send(view, address, …)`, which returns the place. `tables` are the only ones that go out, if
    any; `also` are schemes besides the name.
    """

    name: str
    form: Literal["folder", "file", "address"]
    meaning: str
    codec: Any
    endings: tuple[str, ...] = ()
    tables: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()

    @property
    def schemes(self) -> tuple[str, ...]:
        return (self.name, *self.also)

    @property
    def reads(self) -> bool:
        """True if the whole database can be read back."""
        return self.tables is None and self.form != "address" and self.code.read is not None

    @property
    def code(self) -> Any:
        """The codec, loaded now."""
        return pkgutil.resolve_name(self.codec) if isinstance(self.codec, str) else self.codec


class Command(NamedTuple):
    """A command: its line in `scen --help`, and `run(workspace, **options)`.

    `run` returns the result, which is the JSON, and its document. Options are annotated:
    `Annotated[date | None, "--as-of DATE", "Its help."]`; `--format` and `--output` are added. A
    parameter without such words is the option of its name that the commands of scen share. `writes`
    names the options with which it records something.

    One that answers queries names their `language`, and is `run(tables, text, seconds)`, which
    returns QueryRows: `tables` is a View, or with `--across` each tracker's or an address.
    """

    help: str
    run: Code
    language: str = ""
    writes: tuple[str, ...] = ()


class Extension(msgspec.Struct, frozen=True, kw_only=True):
    """The names that a package adds, by hook, each with its function; docs/extending.md has both.

    `rules`, `findings` and `tables` count only in a database whose tracker names the extension.
    """

    meaning: str
    importers: Mapping[str, Code] = {}
    targets: Mapping[str, Target] = {}
    writers: Mapping[str, Code] = {}
    rules: Mapping[str, Any] = {}
    findings: Mapping[str, Any] = {}
    tables: Mapping[str, Any] = {}
    commands: Mapping[str, Command] = {}
    pages: Mapping[str, Code] = {}


HOOKS = Extension.__struct_fields__[1:]
_NAMES = {"pages": re.compile(r"[a-z][a-z0-9-]*/index\.html"), "tables": re.compile(r"[a-z]\w*")}
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


class Installed(NamedTuple):
    """An entry point and its package; the extension, or the `fault` for which it is left out."""

    name: str
    package: str
    extension: Extension | None
    fault: str = ""

    @property
    def owner(self) -> str:
        return f"extension {self.name} of {self.package}"


class Addition(NamedTuple):
    """The additions of an extension under a name."""

    owner: str
    name: str
    code: Any
    extension: str = ""

    @property
    def is_ours(self) -> bool:
        """True for what this program brings itself."""
        return self.owner.rpartition(" of ")[2].startswith("scen ")

    @property
    def run(self) -> Self:
        """The function of a command."""
        return self._replace(code=self.code.run)

    def load(self, kind: type = object) -> Any:
        """The function or value, imported now; ScenError where that fails or is no `kind`."""
        with guarded(self.owner, self.name):
            code = self.code
            value = pkgutil.resolve_name(code) if isinstance(code, str) else code
            if not isinstance(value, kind):
                raise TypeError(f"{type(value).__name__}, where {kind.__name__} is needed")
            return value

    def call(self, kind: type[T], *arguments: Any, **options: Any) -> T:
        """The answer of the function; ScenError where it fails or its answer is no `kind`."""
        function = self.load()
        with guarded(self.owner, self.name):
            answer = function(*arguments, **options)
            if not isinstance(answer, kind):
                raise TypeError(f"it returned {type(answer).__name__}, not {kind.__name__}")
            return answer


_notes: dict[str, None] = {}
"""Lines that are still to be said."""


_OURS, _LIBRARY = Path(__file__).parents[1], Path(os.__file__).parent


@contextmanager
def guarded(owner: str, name: str) -> Iterator[None]:
    """Raise what an extension raises as ScenError; what it prints would break a result: drop it."""
    printed = StringIO()
    is_main = threading.current_thread() is threading.main_thread()
    try:
        with redirect_stdout(printed if is_main else sys.stdout):
            yield
    except ScenError:
        raise
    except (Exception, SystemExit) as error:  # a stranger's code may raise anything
        raise ScenError(f"{owner}: {name}: {_reason(error)}") from error
    finally:
        if first := printed.getvalue().strip().partition("\n")[0]:
            _notes[f"{owner}: {name}: it printed, which is left out: {first[:80]}"] = None


def _reason(error: BaseException) -> str:
    """The error in one line, with the last place in the extension's own code."""
    where, trace = "", error.__traceback__
    while trace:
        file = trace.tb_frame.f_code.co_filename
        if _is_theirs(Path(file)):
            where = f" in {Path(file).name}:{trace.tb_lineno}"
        trace = trace.tb_next
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}{where}: {text}"


def _is_theirs(file: Path) -> bool:
    """True for code that is neither this program's core nor Python's own."""
    if file.is_relative_to(_OURS):
        return file.parent.is_relative_to(_OURS / "extensions") and file != Path(__file__)
    own = file.is_relative_to(_LIBRARY) and "site-packages" not in file.parts
    return file.is_absolute() and not own


@cache
def installed() -> tuple[Installed, ...]:
    """The extensions of all installed packages, by name; of two with a name the first on the path.

    Nothing is looked for in the current folder, which may be a stranger's repository.
    """
    from importlib.metadata import distributions  # noqa: PLC0415 - 40 ms, and most need none

    path = [place for place in sys.path if Path(place).is_absolute() and not _is_here(place)]
    first: dict[str, Installed] = {}
    again: dict[tuple[str, str], Installed] = {}
    for package in distributions(path=path):
        if "[scen]" not in (package.read_text("entry_points.txt") or ""):
            continue
        title = f"{package.metadata['Name'] or 'a package'} {package.metadata['Version'] or '?'}"
        for point in package.entry_points.select(group="scen"):
            if point.name not in first:
                first[point.name] = _loaded(point, title)
            elif (used := first[point.name].package) != title:
                fault = f"installed already, by {used}, which is used: pip uninstall one of them"
                again[point.name, title] = Installed(point.name, title, None, fault)
    return tuple(sorted((*first.values(), *again.values()), key=lambda each: each.name))


class ListedExtension(msgspec.Struct, frozen=True, kw_only=True):
    """An extension, its package with the version, and the names that it adds by hook.

    With a `fault` it is left out, for that reason.
    """

    name: str
    package: str
    meaning: str
    adds: dict[str, list[str]]
    fault: str | None


class Extensions(Result, frozen=True, kw_only=True):
    """The extensions, and the programs `scen-NAME` on PATH: each NAME with its path."""

    extensions: list[ListedExtension]
    programs: dict[str, str]


def listed() -> Extensions:
    """Return what is installed, with what each extension adds, and the programs."""
    rows = []
    for name, package, extension, fault in installed():
        adds = {hook: sorted(getattr(extension, hook, ())) for hook in HOOKS}
        row = ListedExtension(
            name=name,
            package=package,
            meaning=extension.meaning if extension else "",
            adds={hook: names for hook, names in adds.items() if names},
            fault=fault or None,
        )
        rows.append(row)
    return Extensions(extensions=rows, programs=programs())


def _is_here(place: str) -> bool:
    """True for the current folder, by whatever name; it may have been removed meanwhile."""
    try:
        return os.path.samefile(place, ".")  # noqa: PTH121 - without a current path
    except OSError:
        return False


def _loaded(point: Any, package: str) -> Installed:
    left_out = Installed(point.name, package, None)
    try:
        with guarded(left_out.owner, "import"):
            extension = point.load()
            if not isinstance(extension, Extension):
                raise TypeError(f"{point.value} is no scenarios.extending.Extension")
            for hook in HOOKS:
                for name, value in getattr(extension, hook).items():
                    _check(hook, name, value)
    except ScenError as error:
        return left_out._replace(fault=str(error).removeprefix(f"{left_out.owner}: import: "))
    return left_out._replace(extension=extension)


def _check(hook: str, name: Any, value: Any) -> None:
    """Raise ValueError or TypeError for a name that cannot be typed, or what no hook takes."""
    if not _NAMES.get(hook, _NAME).fullmatch(name):
        raise ValueError(f"{hook}: {name!r} is no name: small letters, digits and hyphens")
    kind = {"targets": Target, "commands": Command}.get(hook, object)
    if not isinstance(value, kind):
        raise TypeError(f"{hook}: {name} is {type(value).__name__}, and no {kind.__name__}")


def offered(
    hook: str, ours: Collection[str] = (), by: Collection[str] | None = None
) -> dict[str, Addition]:
    """The additions at a hook, by name, of all extensions or of those named in `by`.

    Left out and told: a name that is `ours`, and one that an earlier extension has; those that this
    program brings are the first.
    """
    additions: dict[str, Addition] = {}
    every = installed() if by is None or by else ()
    for each in sorted(every, key=lambda each: not each.package.startswith("scen ")):
        for name, code in getattr(each.extension, hook, {}).items():
            if by is not None and each.name not in by:
                continue
            first = additions.get(name)
            if first or name in ours:
                owner = first.owner if first and not first.is_ours else "scen"
                _notes[f"{each.owner}: {hook}: {name} left out: {owner} has that name"] = None
            else:
                additions[name] = Addition(each.owner, name, code, each.name)
    return additions


def own(hook: str, name: str) -> Addition:
    """An addition that this program brings; ScenError where it was updated and not installed."""
    addition = offered(hook).get(name)
    if addition is None or not addition.is_ours:
        raise ScenError(f"{name} is not installed with this scen: pip install it again")
    return addition


def absent(names: Collection[str]) -> dict[str, str]:
    """The extensions of these that are not there or broken, each with the reason."""
    there = {each.name: each for each in reversed(installed())} if names else {}
    reasons = {}
    for name in names:
        if name not in there:
            reasons[name] = "not installed"
        elif not any(each.extension for each in installed() if each.name == name):
            reasons[name] = f"left out: {there[name].fault}"
    return reasons


def programs() -> dict[str, str]:
    """The programs `scen-NAME` on PATH by NAME, each with its path; the first of a name.

    A relative entry of PATH leads into whatever folder one is in: nothing there is run.
    """
    found: dict[str, str] = {}
    folders = [folder for folder in os.get_exec_path() if Path(folder).is_absolute()]
    for folder in folders:
        try:
            files = sorted(os.listdir(folder))  # noqa: PTH208 - names, in half the time
        except OSError:
            continue
        for file in files:
            name = Path(file).stem.removeprefix("scen-") if file.startswith("scen-") else ""
            if _NAME.fullmatch(name) and (path := shutil.which(file, path=folder)):
                found.setdefault(name, path)
    return found


def note(text: str) -> None:
    """Have a line said at the end of the command, once."""
    _notes[text] = None


def take_notes() -> list[str]:
    """A line for each broken extension, if anybody looked for extensions, and each note."""
    looked = installed() if installed.cache_info().currsize else ()
    lines = [f"{each.owner} left out: {each.fault}" for each in looked if each.fault]
    lines += [line for line in _notes if line not in lines]
    _notes.clear()
    return lines
