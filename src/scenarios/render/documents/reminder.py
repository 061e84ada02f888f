"""One analyst's reminder: no forecast in it but the analyst's own, as it precedes the sitting."""

from collections.abc import Iterator

from scenarios.analysis.changes import figure_words
from scenarios.analysis.evidence.knowledge import KnownEvidence, known_on
from scenarios.analysis.review.reminders import QuestionReminder, Reminder, Reminders
from scenarios.model import Database, EvidenceId
from scenarios.render import cells
from scenarios.render import document as doc
from scenarios.render.documents.due import HEADS, when
from scenarios.render.documents.review.causes import item_link, name
from scenarios.render.documents.session import changes
from scenarios.render.text import long_day, on_screen, short_day
from scenarios.scales import percent
from scenarios.text import clean, counted

_QUESTIONS, _FACTS, _CHANGES, _TASKS, _LONGEST = 12, 3, 2, 10, 160
"""Questions in a mail, facts and changes under each, tasks, and characters of a text."""


def summary(reminder: Reminder) -> str:
    """`8 questions to forecast, 2 tasks due`."""
    counts = (reminder.questions, "question", "to forecast"), (reminder.due, "task", "due")
    return ", ".join(f"{counted(len(own), what)} {how}" for own, what, how in counts if own)


def document(reminder: Reminder, result: Reminders, database: Database) -> doc.Document:
    """The questions with their news, then the tasks; a number stands for the rest."""
    tracker, url = database.tracker, result.sitting
    who = f"{tracker.name}: {tracker.analyst_name(reminder.analyst)}, {long_day(result.as_of)}."
    sitting = ("Your sitting: ", doc.Link(url, url)) if url else "To forecast: scen review"
    blind = "No forecast but your own is here: give yours before you see the others."
    return (
        doc.Heading(1, summary(reminder)),
        doc.lines(f"{who} About {counted(reminder.minutes, 'minute')} to read.", sitting, blind),
        *cells.notice(tracker.notice),
        *_asked(reminder, result, database),
        *doc.section("Due", _due(reminder, database)),
    )


def everybody(result: Reminders, database: Database) -> doc.Document:
    """The reminders of all who need one."""
    needed = (each for each in result.reminders if each.analyst not in result.none)
    blocks = tuple(block for each in needed for block in document(each, result, database))
    return blocks or (doc.Paragraph("Nobody needs a reminder."),)


def _asked(reminder: Reminder, result: Reminders, database: Database) -> Iterator[doc.Block]:
    """Yield the questions with the last figure; a fact is told under the first it bears on."""
    at_day, above = known_on(database, result.as_of), set[str]()
    if reminder.questions:
        yield doc.Heading(2, "To forecast, with your last figure")
    for asked in reminder.questions[:_QUESTIONS]:
        text = f"none yet, asked since {short_day(database.scenarios[asked.scenario].opened)}"
        if last := asked.last:
            own = last.figure
            figure = percent(own) if isinstance(own, float) else figure_words(own)
            text = f"{figure}, {short_day(last.date)}"
        title = name(asked.scenario, database, first=True)
        yield from (
            doc.Heading(3, (title, f": {text}")),
            doc.Items(tuple(_news(asked, at_day, above))),
        )
    if more := len(reminder.questions[_QUESTIONS:]):
        yield doc.Heading(3, f"And {counted(more, 'more question')} in your sitting")


def _news(asked: QuestionReminder, at_day: KnownEvidence, above: set[str]) -> Iterator[doc.Item]:
    """Yield new facts, newest first, then changes, then the number of all others.

    All items of one event are one fact, told by its newest item.
    """
    evidence, lines = at_day.database.evidence, [*changes(asked.news, at_day)]
    facts: dict[str, EvidenceId] = {}
    for _, id in sorted(((evidence[id].recorded, id) for id in asked.news.evidence), reverse=True):
        facts.setdefault(evidence[id].event or id, id)
    fresh = [key for key in facts if key not in above][:_FACTS]
    above.update(fresh)
    for id in (facts[key] for key in fresh):
        day = on_screen(evidence[id].observed)
        yield doc.Item((item_link(id, at_day.database), f" ({day})"), bullet=True)
    yield from (
        doc.Item(clean(line, _LONGEST, is_line=True), bullet=True) for line in lines[:_CHANGES]
    )
    if rest := len(facts) - len(fresh) + len(lines[_CHANGES:]):
        yield doc.Item(f"and {rest} more" if fresh or lines else f"{rest} told above", bullet=True)


def _due(reminder: Reminder, database: Database) -> Iterator[doc.Item]:
    for entry in reminder.due[:_TASKS]:
        text = entry.text or doc.plain(cells.titles(entry.scenarios, database, 3))
        task = HEADS[entry.what].format(clean(text, _LONGEST, is_line=True))
        yield doc.Item(f"{short_day(entry.day)}, {when(entry.days)}: {task}", bullet=True)
    if more := len(reminder.due[_TASKS:]):
        yield doc.Item(f"and {more} more: scen due", bullet=True)
