"""Which text of the pages found answers a question, and what comes along with it."""

from __future__ import annotations

from agent.asking.question import Question
from agent.asking.understanding import understand
from agent.models.choosing import choose
from agent.tools.found import Found
from corpus import ChunkKind, Evidence, Passage, Place, detect_language


def _answer(asked: str, *texts: tuple[ChunkKind, str]) -> list[str]:
    """Return what is chosen of passages that stand one after the other and are found as well as each other."""
    passages = tuple(
        Passage(
            id=at,
            place=Place("winch.pdf", revision=1, page=3, section="Rope"),
            page_end=None,
            title="Winch",
            kind=kind,
            document_kind="manual",
            language=detect_language(text),
            text=text,
            section=("Rope",),
            models=(),
            score=1.0,
        )
        for at, (kind, text) in enumerate(texts)
    )
    question = Question(asked, asked, understand(asked))
    return [extract.text for extract in choose(question, question.asked, Found(evidence=Evidence(passages)))]


def test_words_out_of_a_drawing_answer_nothing() -> None:
    drawing = "Rope drum Brake lever Clamp screw Drum bearing Rope guide Speed spring Rope drum cover Brake spring rope"
    first, *_ = _answer("Which spring brakes the drum?", ("text", drawing), ("text", "A spring brakes the drum."))
    assert first == "A spring brakes the drum."


def test_a_question_in_the_text_is_answered_by_what_follows_it() -> None:
    text = "Why does the rope slip on the drum? Its clamp screws are loose."
    assert _answer("Why does the rope slip on the drum?", ("text", text)) == ["Its clamp screws are loose."]


def test_a_sentence_that_leads_on_brings_the_list_that_follows() -> None:
    lead = ("text", "The rope of the winch slips for one of the following reasons.")
    said = _answer("Why does the winch rope slip?", lead, ("procedure", "• Loose clamp screws\n• Wet brake lining"))
    assert said == [lead[1], "• Loose clamp screws\n• Wet brake lining"]


def test_a_note_answers_before_a_warning_does() -> None:
    said = "{} The rope of the winch is wound in four layers."
    first, *_ = _answer(
        "In how many layers is the rope wound?", ("warning", said.format("WARNING")), ("warning", said.format("NOTE"))
    )
    assert first.startswith("NOTE")


def test_what_permits_or_forbids_answers_a_question_for_leave() -> None:
    first, *_ = _answer(
        "May I use the old rope clamps?", ("text", "The old rope clamps are blue."), ("text", "Never use old clamps.")
    )
    assert first == "Never use old clamps."


def test_a_passage_with_the_quantity_goes_before_one_that_fits_a_little_better() -> None:
    first, *_ = _answer(
        "What torque do the clamp screws of the rope need?",
        ("text", "The clamp screws of the rope need care and a new washer."),
        ("text", "Clamp screws: 45 N·m."),
    )
    assert first == "Clamp screws: 45 N·m."
