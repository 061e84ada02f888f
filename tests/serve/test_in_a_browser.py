"""The forms in a real browser: by keyboard, by touch, without a script, and for everybody."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.browser import lead, needs_chromium
from tests.cli.commands import FILES, changes, make, scen, tree
from tests.full import FULL
from tests.serve.browsing import Desk, at, axe, served

pytestmark = needs_chromium
PAGES = (
    *("/record/", "/record/evidence/", "/record/rate/?evidence=2022-02-04-visit"),
    *("/record/forecast/?scenario=pact", "/record/indicator/?scenario=pact", "/record/source/"),
    *("/record/scenario/", "/record/resolution/?scenario=pact", "/record/clarification/"),
    *("/record/retraction/?evidence=2022-02-04-visit", "/record/edit/?id=pact"),
    *("/record/file/?id=pact", "/undo/", "/who/", "/sitting/"),
)
DARK = ("/record/evidence/", "/record/file/?id=pact", "/sitting/")
"""Where contrast is looked at in the dark too, unless all is tried."""
FOCUS = """(it => ["a", "button"].includes(it.localName) ? it.textContent.trim() : it.name)(
    document.activeElement)"""


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with served(make(tmp_path / "scenarios", FILES)) as made:
        yield made


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """One that no test writes in."""
    with served(make(tmp_path_factory.mktemp("shared") / "scenarios", FILES)) as made:
        yield made


def tab_to(page: Any, name: str, *, back: bool = False) -> None:
    """With the keyboard to a field or a button."""
    for _ in range(120):
        if page.evaluate(FOCUS) == name:
            return
        page.keyboard.press("Shift+Tab" if back else "Tab")
    pytest.fail(f"{name} is not reached")


def test_a_newcomer_records_an_item_and_takes_it_back_by_keyboard_alone(
    browser: Any, desk: Desk
) -> None:
    before = tree(desk.root)
    with at(browser, desk) as page:
        keys = page.keyboard
        keys.press("n")
        page.wait_for_url("**/record/evidence/")
        page.locator("[name=summary]:focus").wait_for()
        keys.type("Putin and Xi sign a joint statement")
        tab_to(page, "rate:pact")
        keys.press("ArrowRight")
        tab_to(page, "rate:ties")
        for _ in range(4):
            keys.press("ArrowRight")
        page.wait_for_selector("#outcome >> text=ties: I")
        assert "pact: CC" in page.inner_text("#outcome .yaml")
        assert "+15.0" in page.inner_text("#outcome .effects")
        assert tree(desk.root) == before
        tab_to(page, "Record it")
        keys.press("Enter")
        page.wait_for_url("**/recorded/*/")
        assert page.inner_text("h1") == "Recorded"
        assert (
            "Putin and Xi sign a joint statement"
            in scen("--database", str(desk.root), "report").stdout
        )
        tab_to(page, "Take it back")
        keys.press("Enter")
        page.wait_for_url("**/undo/")
        tab_to(page, "Take it back")
        keys.press("Enter")
        page.wait_for_url("**/recorded/*/")
        assert page.inner_text("h1") == "Taken back"
    assert tree(desk.root) == before


def test_a_forecast_at_360_pixels_by_touch(browser: Any, desk: Desk) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with at(browser, desk, "/who/?to=/record/forecast/", **phone) as page:
        page.tap("[name=analyst][value=desk]")
        with page.expect_navigation(url="**/record/forecast/"):
            page.tap("text=That is me")
        page.select_option("[name=scenario]", "pact")
        page.tap("[name=probability]")
        page.keyboard.type("15%")
        page.wait_for_selector("#outcome >> text=pact: 0.15")
        wide = "document.documentElement.scrollWidth - innerWidth"
        assert page.evaluate(wide) <= 0
        small = page.eval_on_selector_all(
            ".record :is(input:not([type=hidden]), select, button)",
            "all => all.filter(it => it.checkVisibility() && it.type !== 'checkbox'"
            " && it.getBoundingClientRect().height < 24).length",
        )
        assert small == 0
        page.tap("text=State it")
        page.wait_for_url("**/recorded/*/")
        assert page.evaluate(wide) <= 0
    sheet = next(desk.root.glob("forecasts/2*/*-desk.yaml"), None)
    assert sheet
    assert any("pact: 0.15" in path.read_text() for path in desk.root.glob("forecasts/*/*.yaml"))


def test_every_form_is_for_everybody_in_light_and_dark(browser: Any, shared: Desk) -> None:
    with at(browser, shared, "/who/") as page:
        for path in PAGES:
            page.goto(shared.address + path)
            assert axe(page) == [], path
            if not (FULL or path in DARK):
                continue
            page.emulate_media(color_scheme="dark")
            assert axe(page, ["color-contrast"]) == [], path
            page.emulate_media(color_scheme="light")


def test_what_is_wrong_is_for_everybody_too(browser: Any, shared: Desk) -> None:
    with at(browser, shared, "/record/evidence/") as page:
        page.fill("[name=summary]", "Dinner")
        page.fill("[name=grade]", "Z9")
        page.click("text=Record it")
        page.wait_for_selector("#fault-grade >> text=is not an Admiralty grade")
        page.wait_for_function("document.activeElement.name === 'grade'")  # once htmx has settled
        assert axe(page) == []
        assert page.input_value("[name=summary]") == "Dinner"


def test_without_a_script_a_form_is_previewed_saved_and_told_of(browser: Any, desk: Desk) -> None:
    before = tree(desk.root)
    with at(browser, desk, "/record/evidence/", java_script_enabled=False) as page:
        page.fill("[name=summary]", "Dinner")
        page.check('[name="rate:pact"][value=C]', force=True)
        lead(page, "text=Preview")
        assert "pact: C" in page.inner_text("#outcome .yaml")
        assert tree(desk.root) == before
        page.fill("[name=observed]", "2022-02-30")
        lead(page, "text=Record it")
        assert page.inner_text("#fault-observed") == "2022-02-30 is not a valid date"
        page.fill("[name=observed]", "2022-02-28")
        copy = {"name": "page.html", "mimeType": "text/html", "buffer": b"<p>Dinner</p>"}
        page.set_input_files("[name=attachment]", copy)
        lead(page, "text=Record it")
        assert page.inner_text("h1") == "Recorded"
    attached, item = sorted(changes(before, tree(desk.root)).items())
    assert attached[1] == "<p>Dinner</p>"
    assert item[0] == "evidence/2022/2022-02-28-dinner.yaml"


def begin_sitting(page: Any) -> None:
    """Begin a sitting as the analyst desk."""
    page.check("[name=analyst][value=desk]", force=True)
    lead(page, "text=That is me")
    lead(page, "text=Begin")


def test_a_sitting_keeps_what_is_typed_and_tells_no_figure_before_it_is_answered(
    browser: Any, desk: Desk
) -> None:
    with at(browser, desk, "/who/?to=/sitting/") as page:
        begin_sitting(page)
        with page.expect_response("**/sitting/keep/"):
            page.fill('[name="p:pact"]', "15%")
        page.reload()
        assert page.input_value('[name="p:pact"]') == "15%"
        page.goto(f"{desk.address}/s/pact/")
        assert page.inner_text("h1") == "Hidden until your sitting is done"
        assert page.locator("main data").count() == 0


def test_a_figure_is_given_with_the_handle_or_the_field_on_the_line_of_its_question(
    browser: Any, desk: Desk
) -> None:
    with at(browser, desk, "/who/?to=/sitting/") as page:
        begin_sitting(page)
        field, handle = page.locator('[name="p:pact"]'), page.locator('[data-odds="p:pact"]')
        assert handle.get_attribute("aria-valuetext") == "no figure yet"
        scale = page.locator(".odds", has=handle)
        without = scale.screenshot()
        handle.evaluate("it => { it.style.visibility = 'hidden' }")
        assert scale.screenshot() == without, "no figure has no place"
        handle.evaluate("it => { it.style.visibility = '' }")
        handle.focus()
        for key in ("ArrowLeft", "ArrowUp", "PageDown", "Home", "End"):
            page.keyboard.press(key)
        assert field.input_value() == "", "no key begins at a figure that nobody gave"
        with page.expect_response("**/sitting/keep/"):
            handle.click()
        assert field.input_value() == "50%", "a place that was clicked is a figure"
        page.keyboard.press("ArrowLeft")
        assert field.input_value() == "49%"
        field.fill("30")
        assert abs(float(handle.input_value()) + 3.68) < 0.2
        axis = page.locator("svg:has(~ [data-odds='p:pact']) .axis").bounding_box()
        box = handle.bounding_box()
        assert abs(axis["y"] - (box["y"] + box["height"] / 2)) < 2
        for size in ("16px", "32px"):
            page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
            foot = handle.evaluate("it => it.getBoundingClientRect().bottom")
            labels = scale.locator("svg.scale > text")
            tops = labels.evaluate_all("all => all.map(it => it.getBoundingClientRect().top)")
            assert min(tops) >= foot, "no label is hidden"
        page.evaluate("document.documentElement.style.fontSize = ''")
        page.fill('[name="p:ties"]', "70")
        lead(page, "button.first >> text=Answer")
        line = page.locator(".topic", has_text="A pact")
        line.locator("dt", has_text="Evidence").wait_for()
        assert page.input_value('[name="p:pact"]') == "30%"
        assert axe(page) == []


IN_VIEW = """all => all.map(it => it.getBoundingClientRect())
    .every(box => box.top >= 0 && box.bottom <= innerHeight)"""


@pytest.mark.parametrize("size", [(1280, 900), (360, 740)])
@pytest.mark.parametrize("script", [True, False])
def test_field_and_comparison_are_on_the_first_screen(
    browser: Any, desk: Desk, size: tuple[int, int], script: bool
) -> None:
    view = {"viewport": {"width": size[0], "height": size[1]}, "java_script_enabled": script}
    with at(browser, desk, "/who/?to=/sitting/", **view) as page:
        begin_sitting(page)
        assert page.eval_on_selector_all(".topic:first-of-type .odds, #f-p_pact", IN_VIEW)
        page.fill('[name="p:pact"]', "30")
        page.fill('[name="p:ties"]', "70")
        lead(page, "button.first >> text=Answer")
        if page.locator("text=Your figures").count():
            lead(page, "button.first")
        page.locator("#answered:focus").wait_for()
        first = ".topic:first-of-type :is(dl, .odds)"
        assert page.locator(first).count() == 2
        assert page.eval_on_selector_all(first, IN_VIEW)


def test_beside_a_figure_stands_how_it_is_read(browser: Any, desk: Desk) -> None:
    read = {"0.2": "20%", "1": "1%", "99,5": "99.5%", ".3": "30%"}
    silent = ("130", "1.5", "1.0", "1/5", "2 %", "withdraw", "0", "")
    with at(browser, desk, "/who/?to=/sitting/") as page:
        begin_sitting(page)
        for text in (*read, *silent):
            page.fill('[name="p:ties"]', text)
            words = f"read as {read[text]}" if text in read else ""
            assert page.locator("#f-p_ties + output").text_content() == words


def test_a_refused_answer_leads_to_its_field_and_says_so_beside_the_button(
    browser: Any, desk: Desk
) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "java_script_enabled": False}
    with at(browser, desk, "/who/?to=/sitting/", **phone) as page:
        begin_sitting(page)
        page.fill('[name="p:pact"]', "30")
        page.fill('[name="p:ties"]', "130")
        lead(page, "button.first >> text=Answer")
        page.locator("#f-p_ties:focus").wait_for()
        assert page.eval_on_selector_all("#f-p_ties, #said", IN_VIEW)
        assert "Not right yet: 1 field." in page.inner_text("#said")
        assert "above 0% and below 100%" in page.inner_text("#fault-p_ties")


def test_what_was_typed_outlives_a_link_back_and_the_server(browser: Any, tmp_path: Path) -> None:
    root = make(tmp_path / "scenarios", FILES)
    with served(root) as desk, at(browser, desk, "/record/evidence/") as page:
        with page.expect_response("**/record/evidence/"):
            page.fill("[name=summary]", "Dinner")
        page.fill("[name=quote]", "At eight")
        lead(page, "text=Status")
        form = "fetch('/record/evidence/').then(answer => answer.text())"
        for _ in range(500):  # what is sent as one leaves may come later than what comes next
            if "At eight" in page.evaluate(form):
                break
        page.go_back()
        assert page.input_value("[name=quote]") == "At eight"
        page.reload()
        assert page.input_value("[name=quote]") == "At eight"
        desk.process.kill()
    with served(root) as desk, at(browser, desk, "/record/") as page:
        lead(page, "text=Record evidence >> nth=0")
        assert page.input_value("[name=summary]") == "Dinner"
        assert page.input_value("[name=quote]") == "At eight"
        lead(page, "text=Start afresh")
        assert page.input_value("[name=summary]") == ""


def test_what_is_typed_while_the_form_is_made_anew_stays(browser: Any, shared: Desk) -> None:
    with at(browser, shared, "/who/?to=/record/forecast/") as page:
        page.check("[name=analyst][value=desk]", force=True)
        lead(page, "text=That is me")
        held: list[Any] = []
        page.route("**/record/forecast/", lambda route: held.append(route), times=1)  # noqa: PLW0108
        with page.expect_request("**/record/forecast/"):
            page.select_option("[name=scenario]", "pact")
        page.fill("[name=probability]", "15%")
        held[0].continue_()
        page.wait_for_selector("#outcome >> text=pact: 0.15")
        assert page.input_value("[name=probability]") == "15%"


@pytest.mark.parametrize("grade", ["", "Z9"])
@pytest.mark.parametrize("text", ["100%", "200%"])
def test_save_and_preview_stay_in_view_on_a_phone(
    browser: Any, desk: Desk, text: str, grade: str
) -> None:
    phone = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
    with at(browser, desk, "/record/evidence/", **phone) as page:
        if grade:
            page.fill("[name=grade]", grade)
            page.wait_for_selector("#said >> text=Not right yet")
            page.reload()
        page.evaluate("size => { document.documentElement.style.fontSize = size }", text)
        drawn = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        page.evaluate(f"() => {drawn}")  # a phone zooms as it draws what is wider for a moment
        assert page.evaluate("visualViewport.scale") == 1
        for number in (0, 2, 6, -1):
            page.locator(".record .asked .field label").nth(number).scroll_into_view_if_needed()
            for name in ("Preview", "Record it"):
                box = page.locator(".does button", has_text=name).bounding_box()
                assert box["y"] >= 0
                assert box["y"] + box["height"] <= 740
            assert page.locator(".record > .does").bounding_box()["height"] <= 740 / 2
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


@pytest.mark.parametrize("path", ["/", "/record/evidence/", "/record/edit/?id=pact"])
def test_in_forced_colours_everything_is_there(browser: Any, shared: Desk, path: str) -> None:
    with at(browser, shared, path, forced_colors="active") as page:
        assert axe(page) == []


def test_when_the_server_is_gone_what_was_typed_is_still_there(browser: Any, desk: Desk) -> None:
    with at(browser, desk, "/record/evidence/") as page:
        page.fill("[name=summary]", "Dinner")
        desk.process.kill()
        desk.process.wait()
        page.click("text=Record it")
        page.wait_for_selector("#said >> text=What you typed is still here")
        assert page.input_value("[name=summary]") == "Dinner"


def test_a_fault_of_a_file_leads_to_its_line(browser: Any, shared: Desk) -> None:
    with at(browser, shared, "/record/file/?id=pact") as page:
        text = FILES["pact.yaml"].replace("probability: 0.2", "probability: 2")
        page.fill("[name=text]", text)
        page.click("#outcome a[data-line]")
        area = page.locator("textarea.whole")
        before = area.evaluate("it => it.value.slice(0, it.selectionStart)")
        assert before.count("\n") == 8
        assert before.endswith("probability: ")


KILLED = """
import os, sys
from pathlib import Path
from tests.serve.desks import reader
from tests.serve.forms import send
client = reader(Path(sys.argv[1]))
def killed(event, args):
    if event in ("os.link", "os.rename") and any(str(a).endswith("dinner.yaml") for a in args[:2]):
        os._exit(9)
sys.addaudithook(killed)
source = {"new_source:name": "AFP", "new_source:reliability": "B", "source": "afp"}
send(client, "evidence", {"summary": "Dinner", "recorded": "2022-02-07", **source})
"""


def test_a_server_that_is_killed_in_the_middle_of_a_save_leaves_nothing_by_halves(
    root: Path,
) -> None:
    before = tree(root)
    words = [sys.executable, "-c", KILLED, str(root)]
    killed = subprocess.run(words, cwd=Path(__file__).parents[2], check=False)
    assert killed.returncode == 9
    assert {*changes(before, tree(root))} >= {"sources/afp.yaml"}
    said = scen("rate", "2022-02-04-visit", "trade=CC")
    assert "a command was killed between its files; put back as they were" in said.stderr
    assert [*changes(before, tree(root))] == ["evidence/2022/2022-02-04-visit.yaml"]
