"""Real repositories: a commit holds the files that were written, and a refusal changes nothing."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from scenarios.errors import ScenError
from scenarios.storage.git import committing
from scenarios.storage.git import run as gitrun
from tests.cli.commands import tree
from tests.storage.test_git import commit as commit_all
from tests.storage.test_git import put, run, shell

PAPER = "sources/paper.yaml"
NEW = "evidence/2022/new.yaml"
WRITTEN = {PAPER: b"name: Rewritten\n", NEW: b"summary: New\n"}


def is_ana(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody with a name, and no settings of this machine."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for role in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{role}_NAME", "Ana")
        monkeypatch.setenv(f"GIT_{role}_EMAIL", "ana@example.org")


@pytest.fixture(autouse=True)
def _a_user_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    is_ana(monkeypatch)


BEGUN = """
begin() { git init "$@" -b main; fill; }
fill() {
    put scenarios/tracker.yaml 'format: 1\\n'; put scenarios/sources/paper.yaml 'name: Paper\\n'
    put scenarios/sources/other.yaml 'name: Other\\n'
    put notes.txt 'one\\n'; put 'old name.txt' 'moved\\n'; record first
}
stir() {
    put notes.txt 'two\\n'; put staged.txt 'staged\\n'; git add notes.txt staged.txt
    git mv 'old name.txt' 'a new name.txt'; put notes.txt 'three\\n'
    put scenarios/sources/other.yaml 'name: Changed\\n'
    put scenarios/sources/new.yaml 'name: Untracked\\n'
}
"""
"""A database, and beside it what is none of its business: staged, changed, new."""


def sh(folder: Path, script: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    shell(folder, BEGUN + script)


@pytest.fixture
def top(tmp_path: Path) -> Path:
    """A repository with one commit, in a folder whose name takes some care."""
    top = tmp_path / "my désk [1]"
    sh(top, "begin")
    return top


def written(
    database: Path, files: dict[str, bytes], subject: str = "a subject"
) -> committing.Commit:
    """The files of a command, refused or written and committed."""
    repository = committing.repository(database)
    committing.refuse(repository, list(files))
    for path, data in files.items():
        put(database, path, data)
    return committing.commit(repository, list(files), subject)


def held(top: Path, revision: str = "HEAD") -> list[str]:
    """The paths that a commit changed."""
    words = ("diff-tree", "--root", "-r", "-z", "--no-commit-id", "--name-only", revision)
    return run(top, *words).split("\0")[:-1]


def state(top: Path) -> str:
    """What git knows of the index and of the working tree."""
    staged = run(top, "ls-files", "--stage", "-z")
    return staged + run(top, "status", "--porcelain=v2", "-z", "--untracked-files=all")


def hook(top: Path, name: str, text: str) -> None:
    place = top / ".git" / "hooks" / name
    place.parent.mkdir(exist_ok=True)
    place.write_text(f"#!/bin/sh\n{text}\n")
    place.chmod(0o755)


# -- what is committed ----------------------------------------------------------------------------


def test_a_commit_holds_the_new_and_the_changed_file_and_nothing_else(top: Path) -> None:
    sh(top, "stir")
    before = run(top, "diff", "--cached"), run(top, "diff", "--", "notes.txt")
    made = written(top / "scenarios", WRITTEN, "evidence: new (pact 45% → 12%)")
    assert made == (run(top, "rev-parse", "HEAD"), "")
    assert held(top) == [f"scenarios/{NEW}", f"scenarios/{PAPER}"]
    assert run(top, "show", f"HEAD:scenarios/{PAPER}") == "name: Rewritten"
    assert run(top, "log", "-1", "--format=%an %ae|%B") == (
        "Ana ana@example.org|evidence: new (pact 45% → 12%)"
    )
    assert (run(top, "diff", "--cached"), run(top, "diff", "--", "notes.txt")) == before
    assert run(top, "status", "--porcelain").splitlines() == [
        'R  "old name.txt" -> "a new name.txt"',
        "MM notes.txt",
        " M scenarios/sources/other.yaml",
        "A  staged.txt",
        "?? scenarios/sources/new.yaml",
    ]


def test_the_first_commit_of_a_branch(tmp_path: Path) -> None:
    sh(tmp_path, "begin; git update-ref -d HEAD; git rm -r --cached .; git add notes.txt")
    assert written(tmp_path / "scenarios", WRITTEN).oid == run(tmp_path, "rev-parse", "HEAD")
    assert held(tmp_path) == [f"scenarios/{NEW}", f"scenarios/{PAPER}"]
    assert run(tmp_path, "diff", "--cached", "--name-status") == "A\tnotes.txt"


@pytest.mark.parametrize(
    ("script", "place"),
    [
        ("git checkout --detach", "."),
        ("git worktree add ../other -b side", "../other"),
        (
            "cd ..; git init u; cd u; git -c protocol.file.allow=always submodule add ../my* u",
            "../u/u",
        ),
        ("cd ..; mkdir x; cd x; begin --object-format=sha256", "../x"),
        ("cd ..; mkdir -p d/a/b; cd d; git init -b main; cd a/b; fill", "../d/a/b"),
        ("cd ..; mkdir t; cd t; begin; mv scenarios/* .; record top", "../t"),
    ],
    ids=["detached", "worktree", "submodule", "sha256", "below", "top"],
)
def test_wherever_the_database_lies_a_commit_of_it_is_made(
    top: Path, script: str, place: str
) -> None:
    sh(top, script)
    found = (top / place).resolve()
    first = run(found, "rev-parse", "HEAD")
    database = found / "scenarios" if place != "../t" else found
    prefix = f"{run(found, 'rev-parse', '--show-prefix')}{'scenarios/' if place != '../t' else ''}"
    oid = written(database, WRITTEN).oid
    assert run(found, "rev-parse", "HEAD", "HEAD~1").split() == [oid, first]
    assert held(found) == [f"{prefix}{NEW}", f"{prefix}{PAPER}"]
    assert run(found, "status", "--porcelain") == ""


def test_a_name_is_a_name_and_no_pattern(top: Path) -> None:
    names = ["sources/ein [B]latt ü*.yaml", ":(top)x.yaml", "-n.yaml", 'say "hi".yaml']
    put(top, "scenarios/sources/ein Blatt ü1.yaml", b"alike")
    written(top / "scenarios", dict.fromkeys(names, b"new"))
    assert sorted(held(top)) == sorted(f"scenarios/{name}" for name in names)
    assert run(top, "status", "--porcelain", "-z") == "?? scenarios/sources/ein Blatt ü1.yaml\0"


def test_what_a_symbolic_link_leads_to_is_what_was_written(top: Path) -> None:
    database = top / "scenarios"
    (database / "sources" / "link.yaml").symlink_to("paper.yaml")
    (database / "current").symlink_to("evidence/2022")
    put(database, "evidence/2022/old.yaml", b"old\n")
    commit_all(top, "links")
    written(database, {"sources/link.yaml": b"new\n", "current/old.yaml": b"new\n"})
    assert held(top) == ["scenarios/evidence/2022/old.yaml", f"scenarios/{PAPER}"]


def test_no_variable_leads_git_elsewhere(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(tmp_path, "init", "-q", "elsewhere")
    other = tmp_path / "elsewhere" / ".git"
    before = tree(other)
    for name, value in {
        "GIT_DIR": other,
        "GIT_WORK_TREE": other.parent,
        "GIT_INDEX_FILE": other / "index",
        "GIT_OBJECT_DIRECTORY": other / "objects",
        "GIT_COMMON_DIR": other,
        "GIT_PREFIX": "nowhere/",
        "GIT_NAMESPACE": "side",
    }.items():
        monkeypatch.setenv(name, str(value))
    oid = written(top / "scenarios", WRITTEN).oid
    assert run(top, "rev-parse", "main") == oid
    assert tree(other) == before


def test_the_users_settings_of_the_environment_hold(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in {
        "GIT_AUTHOR_DATE": "2022-03-01T12:00:00+00:00",
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "i18n.commitEncoding",
        "GIT_CONFIG_VALUE_0": "gbk",
    }.items():
        monkeypatch.setenv(key, value)
    hook(top, "pre-commit", "git config i18n.commitEncoding")
    remarks = written(top / "scenarios", WRITTEN, "习 → x").remarks
    # The subject is UTF-8, whatever else is written in this repository.
    assert remarks == "UTF-8"
    assert run(top, "log", "-1", "--format=%ai %s") == "2022-03-01 12:00:00 +0000 习 → x"
    monkeypatch.setenv("GIT_CONFIG_KEY_0", "core.excludesFile")
    put(top, ".git/none-of-it", b"*.yaml\n")
    monkeypatch.setenv("GIT_CONFIG_VALUE_0", str(top / ".git" / "none-of-it"))
    with pytest.raises(ScenError, match="what it ignores"):
        written(top / "scenarios", {"sources/x.yaml": b"x"})


# -- hooks and signatures -------------------------------------------------------------------------


def test_hooks_run_as_the_user_has_them_and_what_they_say_is_kept(
    top: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    hook(top, "pre-commit", "echo $LC_ALL $GIT_LITERAL_PATHSPECS; git diff --cached --name-only")
    hook(top, "commit-msg", 'echo >>"$1"; echo "Reviewed-by: Ana" >>"$1"')
    hook(top, "post-commit", 'echo >&2 "done: $(git log -1 --format=%s)"; exit 1')
    sh(top, "stir")
    assert written(top / "scenarios", WRITTEN).remarks.splitlines() == [
        "C.UTF-8",
        f"scenarios/{NEW}",
        f"scenarios/{PAPER}",
        "done: a subject",
    ]
    assert run(top, "log", "-1", "--format=%B") == "a subject\n\nReviewed-by: Ana"


@pytest.mark.parametrize("name", ["pre-commit", "prepare-commit-msg", "commit-msg"])
def test_where_a_hook_says_no_the_index_is_as_it_was_and_what_it_says_makes_the_commit(
    top: Path, name: str
) -> None:
    sh(top, "stir")
    database = top / "scenarios"
    for path, data in WRITTEN.items():
        put(database, path, data)
    before = state(top), run(top, "rev-parse", "HEAD")
    hook(top, name, 'echo "line 9:\tno"; echo "second" >&2; exit 1')
    with pytest.raises(ScenError) as refused:
        committing.commit(committing.repository(database), list(WRITTEN), "it's one")
    how = (
        f"git -C '{top}' add -- scenarios/{PAPER} scenarios/{NEW} && "
        f"git -C '{top}' commit -m 'it'\"'\"'s one' -- scenarios/{PAPER} scenarios/{NEW}"
    )
    assert str(refused.value) == (
        f"{database}/{PAPER}, {database}/{NEW}: written, not committed:\n"
        f"line 9: no\nsecond\nonce that is fixed: {how}"
    )
    assert (state(top), run(top, "rev-parse", "HEAD")) == before
    assert {path: (database / path).read_bytes() for path in WRITTEN} == WRITTEN
    hook(top, name, "exit 0")
    assert os.system(how) == 0  # noqa: S605 - as a user would
    assert held(top) == [f"scenarios/{NEW}", f"scenarios/{PAPER}"]
    assert run(top, "log", "-1", "--format=%s") == "it's one"


def test_on_a_branch_without_a_commit_a_hook_says_no_too(tmp_path: Path) -> None:
    run(tmp_path, "init", "-q")
    hook(tmp_path, "pre-commit", "exit 1")
    with pytest.raises(
        ScenError, match="written, not committed:\ngit or a hook stopped without a word\nonce"
    ):
        written(tmp_path, WRITTEN)
    assert run(tmp_path, "ls-files") == ""


def test_an_intention_of_the_users_own_outlives_a_refusal(top: Path) -> None:
    put(top, f"scenarios/{NEW}", b"mine\n")
    run(top, "add", "--intent-to-add", f"scenarios/{NEW}")
    before = state(top)
    hook(top, "pre-commit", "exit 1")
    with pytest.raises(ScenError, match="written, not committed"):
        written(top / "scenarios", {NEW: b"mine\n"})
    assert state(top) == before
    hook(top, "pre-commit", "exit 0")
    written(top / "scenarios", {NEW: b"mine\n"})
    assert run(top, "status", "--porcelain") == ""


def test_what_a_hook_made_of_a_file_leaves_nothing_staged(top: Path) -> None:
    names = "$(git diff --cached --name-only)"
    hook(top, "pre-commit", f"for f in {names}; do echo '# tidy' >>$f; git add $f; done")
    written(top / "scenarios", WRITTEN)
    assert run(top, "show", f"HEAD:scenarios/{NEW}") == "summary: New\n# tidy"
    assert run(top, "status", "--porcelain") == ""


def test_a_commit_that_was_stopped_is_one_in_its_last_hook_alone(top: Path) -> None:
    hook(top, "post-commit", "kill -TERM $PPID")
    assert written(top / "scenarios", WRITTEN).oid == run(top, "rev-parse", "HEAD")
    assert run(top, "status", "--porcelain") == ""
    hook(top, "pre-commit", "kill -TERM $PPID")
    sh(top, "stir")
    before = run(top, "ls-files", "--stage")
    with pytest.raises(ScenError, match="git or a hook stopped without a word"):
        written(top / "scenarios", {"sources/x.yaml": b"x"})
    assert run(top, "ls-files", "--stage") == before
    assert not (top / ".git" / "index.lock").exists()


@pytest.mark.parametrize("handler", [signal.default_int_handler, signal.SIG_IGN])
def test_what_ctrl_c_does_is_the_same_afterwards(top: Path, handler: Any) -> None:
    before = signal.signal(signal.SIGINT, handler)
    try:
        written(top / "scenarios", WRITTEN)
        assert signal.getsignal(signal.SIGINT) is handler
    finally:
        signal.signal(signal.SIGINT, before)


def test_a_commit_is_signed_where_the_user_signs_and_none_where_that_fails(top: Path) -> None:
    program = top / ".git" / "sign"
    run(top, "config", "commit.gpgsign", "true")
    run(top, "config", "gpg.program", str(program))
    program.write_text(
        "#!/bin/sh\ncat >/dev/null; echo '[GNUPG:] SIG_CREATED ' >&2\n"
        "echo '-----BEGIN PGP SIGNATURE-----'; echo fake; echo '-----END PGP SIGNATURE-----'\n"
    )
    program.chmod(0o755)
    written(top / "scenarios", WRITTEN)
    assert "gpgsig -----BEGIN PGP SIGNATURE-----\n fake\n" in run(top, "cat-file", "-p", "HEAD")
    program.write_text("#!/bin/sh\ncat >/dev/null; echo 'no secret key' >&2; exit 2\n")
    before = run(top, "ls-files", "--stage")
    with pytest.raises(ScenError, match=r"not committed:\nerror: gpg failed[^$]+no secret key"):
        written(top / "scenarios", {"sources/x.yaml": b"x"})
    assert run(top, "ls-files", "--stage") == before


def test_a_commit_by_nobody_is_none(top: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(top, "config", "user.useConfigOnly", "true")
    for name in ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "EMAIL"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.replace("AUTHOR", "COMMITTER"), raising=False)
    with pytest.raises(
        ScenError, match=r"not committed:\n[^$]*Please tell me who you are[^$]*once"
    ):
        written(top / "scenarios", WRITTEN)


# -- what is refused ------------------------------------------------------------------------------


FULL = f"scenarios/{PAPER} is staged already with other content: commit or unstage it first "
MIDDLE = "git is in the middle of {}: finish or abort it first, `git status` says how; "
STAGED = f"put scenarios/{PAPER} 'name: Staged'; git add scenarios/{PAPER}"
OTHERWISE = "git config diff.relative true; git config diff.external false"
# Two branches that change a line of one file, and the one at hand another file too.
DIVERGED = """
git checkout -b side; put notes.txt side; record side; put side.txt more; record more
git checkout main; put notes.txt main; record main
"""
STOPPED = DIVERGED + "git {} && exit 9; true"
SUBMODULE = """
git init ../part; cd ../part; put x.yaml x; record part; cd "$OLDPWD"
git -c protocol.file.allow=always submodule add "$PWD/../part" scenarios/evidence; record part
"""
CONFLICT = "put notes.txt stashed; git stash; put notes.txt x; record second; git stash pop || true"
REFUSED = [
    (STAGED, FULL),
    (f"{STAGED}; put scenarios/{PAPER} 'name: Paper\\n'", FULL),
    (f"git rm --cached scenarios/{PAPER}", FULL),
    (f"{STAGED}; {OTHERWISE}; git config diff.mnemonicPrefix true", FULL),
    (f"git mv scenarios/{PAPER} scenarios/sources/renamed.yaml", FULL),
    (CONFLICT, "notes.txt is in conflict: resolve it first; "),
    (STOPPED.format("merge side"), MIDDLE.format("a merge")),
    (f"{DIVERGED}git merge --no-commit -s ours side", MIDDLE.format("a merge")),
    (STOPPED.format("cherry-pick side~1"), MIDDLE.format("a cherry-pick")),
    (f"{STOPPED.format('cherry-pick side~1 side')}; put notes.txt both; record picked",
     MIDDLE.format("a cherry-pick or a revert")),
    (STOPPED.format("revert side~1"), MIDDLE.format("a revert")),
    (STOPPED.format("rebase side"), MIDDLE.format("a rebase")),
    (STOPPED.format("rebase --apply side"), MIDDLE.format("a rebase")),
    ("put scenarios/.gitignore evidence/",
     f"what it ignores: scenarios/{NEW} (`git check-ignore -v`"),
    ("put .git/info/exclude '*.yaml'", f"git would not commit what it ignores: scenarios/{NEW} ("),
    (SUBMODULE, f"git would not commit it: Pathspec 'scenarios/{NEW}' is in submodule"),
    ("put .git/index.lock ''",
     "/.git/index.lock: if no git is at work, one was killed: then delete it"),
    ('git config core.worktree "$PWD/.."', ".git has no working tree around /"),
]  # fmt: skip


@pytest.mark.parametrize(("script", "said"), REFUSED, ids=range(len(REFUSED)))
def test_a_refusal_changes_no_byte(
    top: Path, monkeypatch: pytest.MonkeyPatch, script: str, said: str
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    sh(top, script)
    os.utime(top / "scenarios" / "tracker.yaml", (1, 1))  # an index to be refreshed
    before = tree(top)
    with pytest.raises(ScenError) as refused:
        written(top / "scenarios", WRITTEN)
    assert said in str(refused.value)
    assert "nothing was written" in str(refused.value)
    assert tree(top) == before


def test_a_revert_in_references_that_are_no_files_is_seen(tmp_path: Path) -> None:
    sh(tmp_path, "git init --ref-format=reftable || true")
    if not (tmp_path / ".git" / "reftable").exists():
        pytest.skip("this git has no reftable")
    sh(tmp_path, f"git checkout -b main; fill; {STOPPED.format('revert side~1')}")
    assert not (tmp_path / ".git" / "REVERT_HEAD").exists()
    with pytest.raises(ScenError, match="in the middle of a revert"):
        committing.refuse(committing.repository(tmp_path / "scenarios"), [PAPER])


def test_what_is_tracked_is_committed_though_it_is_ignored_and_what_is_staged_elsewhere_stays(
    top: Path,
) -> None:
    put(top, ".git/info/exclude", b"*.yaml\n!new.yaml\n")
    sh(top, "stir")
    written(top / "scenarios", WRITTEN)
    assert held(top) == [f"scenarios/{NEW}", f"scenarios/{PAPER}"]


def test_there_is_no_commit_outside_a_working_tree(
    top: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "C")
    put(tmp_path, "plain/tracker.yaml", b"format: 1\n")
    run(tmp_path, "clone", "-q", "--bare", str(top), "bare.git")
    put(tmp_path / "bare.git", "scenarios/tracker.yaml", b"format: 1\n")
    for folder in ("plain", "bare.git/scenarios"):
        with pytest.raises(ScenError) as refused:
            committing.repository(tmp_path / folder)
        assert str(refused.value) == (
            f"nothing was written: {tmp_path / folder} is in no git repository: "
            "revisions and --commit need one (git init makes it)"
        )
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ScenError, match=r"nothing was written: git is not installed: .+ --commit"):
        committing.repository(top / "scenarios")


def test_what_was_not_committed_before_is_known(top: Path) -> None:
    sh(
        top,
        """
        cd scenarios/sources; put touched.yaml same; put gone.yaml gone; record more
        put touched.yaml same; touch -d @1 touched.yaml; rm gone.yaml
        put paper.yaml changed; put ünew.yaml new; put intended.yaml new; git add -N intended.yaml
        """,
    )
    names = ["touched", "gone", "paper", "ünew", "intended", "other", "to-come"]
    paths = [f"sources/{name}.yaml" for name in names]
    found = committing.uncommitted(committing.repository(top / "scenarios"), paths)
    assert found == [f"sources/{name}.yaml" for name in ("gone", "paper", "ünew", "intended")]


@pytest.mark.parametrize("as_user", [True, False])
def test_what_a_clone_lacks_is_not_fetched(top: Path, tmp_path: Path, as_user: bool) -> None:
    run(top, "config", "uploadpack.allowFilter", "true")
    words = ("--filter=blob:none", "--no-checkout", top.as_uri())
    run(tmp_path, "clone", "-q", *words, "partial")
    partial = tmp_path / "partial"
    wanted = ("cat-file", "-e", "HEAD:notes.txt")

    def is_there() -> bool:
        if as_user:
            return not gitrun.launch(["git", *wanted], partial, gitrun.as_user()).returncode
        return not gitrun.start(partial / ".git", *wanted).returncode

    assert not is_there()
    run(partial, *wanted)  # git itself fetches it
    assert is_there()
