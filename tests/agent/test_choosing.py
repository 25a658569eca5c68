"""Which text of the pages found answers a question, and what comes along with it."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from agent.asking.question import Question
from agent.asking.understanding import understand
from agent.models.choosing import choose
from agent.models.composing import compose
from agent.models.forms import is_contents, is_no_sentence
from agent.models.units import cut
from agent.tools.found import Found
from corpus import ChunkKind, Evidence, Passage, Place
from tests.agent.conftest import winch


def _answer(asked: str, *texts: tuple[ChunkKind, str]) -> list[str]:
    """Return what is chosen of passages that stand one after the other and are found as well as each other."""
    passages = tuple(_passage(at, kind, text) for at, (kind, text) in enumerate(texts))
    question = Question(asked, asked, understand(asked))
    return [extract.text for extract in choose(question, question.asked, Found(evidence=Evidence(passages)))]


def _passage(at: int, kind: ChunkKind, text: str) -> Passage:
    return winch(text, id=at, kind=kind)


def test_words_out_of_a_drawing_answer_nothing() -> None:
    drawing = "Rope drum Brake lever Clamp screw Drum bearing Rope guide Speed spring Rope drum cover Brake spring rope"
    first, *_ = _answer("Which spring brakes the drum?", ("text", drawing), ("text", "A spring brakes the drum."))
    assert first == "A spring brakes the drum."


def test_a_statement_that_shares_no_word_answers_where_its_vector_says_so() -> None:
    text = "The cover must stay shut while the drum turns. It takes four minutes to stand still."
    passages = (_passage(0, "text", text), _passage(1, "text", "The drum is painted grey. The cover is of sheet."))
    asked = "盖子多久能开"
    question = Question(asked, asked, understand(asked))
    told = {0: (0.1, 0.8), 1: (0.0, 0.2)}
    for answering, first in ((told, "four minutes"), ({0: told[0]}, None), ({}, None)):
        found = Found(evidence=Evidence(passages), answering=answering)
        (extract, *_) = choose(question, question.asked, found)
        if first:
            assert first in extract.text
        else:  # some have no vectors, which says nothing against them
            without = choose(question, question.asked, Found(evidence=Evidence(passages)))
            assert extract == without[0]


@pytest.mark.parametrize(
    "text",
    [
        "Rope Length, 872 Rope Lift, 874 Drum Brake, 875 Rope Guide, 873 Rope Spring, 875",
        "2,580.0 2,050.0 1,620.0 1,290.0 1,020.0 810.0 642.0 509.0 404.0 320.0 254.0 202.0",
    ],
)
def test_an_index_or_bare_figures_are_no_sentence(text: str) -> None:
    assert is_no_sentence(cut(_passage(0, "text", text))[0])


@pytest.mark.parametrize(
    "text",
    [
        "It is an error if the rate is not one of the following: 110, 300, 600, 1200, 2400, 4800, 9600.",
        "停机 8 h 以上先运行热机程序：3000 r/min 5 min、6000 r/min 5 min、9000 r/min 5 min、12000 r/min 3 min。",
        "MONITOR ups-alpha@myhost 2 monuser mypass primary",
    ],
)
def test_a_sentence_with_many_figures_is_one(text: str) -> None:
    assert not is_no_sentence(cut(_passage(0, "text", text))[0])


@pytest.mark.parametrize(("page", "answers"), [(3, True), (9, False)])
def test_what_the_best_passages_page_holds_beside_them_answers_too(page: int, answers: bool) -> None:
    found = [replace(_passage(at, "text", f"Drum {at} is blue and dry."), section=()) for at in range(12)]
    told = "The rope of the winch is 40 m long."
    last = replace(_passage(20, "text", told), score=0.1, section=(), place=Place("winch.pdf", revision=1, page=page))
    asked = "How long is the rope of the winch?"
    question = Question(asked, asked, understand(asked))
    first, *_ = choose(question, question.asked, Found(evidence=Evidence((*found, last))))
    assert (first.text == told) == answers


@pytest.mark.parametrize(
    ("text", "titled"),
    [
        ("This flag lets the rope run over the limit switch. Set it to YES for a rope without one.", True),
        ("The rope runs over the limit switch where ROPE_FREE is YES.", False),
    ],
)
def test_the_title_of_a_section_is_told_where_its_text_points_at_it(text: str, titled: bool) -> None:
    passage = replace(_passage(0, "text", text), section=("4 Rope", "4.2 ROPE_FREE"))
    asked = "May the rope run over the limit switch?"
    question = Question(asked, asked, understand(asked))
    draft = compose(question, Found(evidence=Evidence((passage,))), ZoneInfo("UTC"))
    assert draft.startswith("**ROPE_FREE**\n\n") == titled


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


def test_a_name_is_explained_by_the_text_that_begins_with_it() -> None:
    reading = "ROPELEN : 97.0 m\nDRUMTEMP : 40 °C\nROPELEN of the day : 12 m"
    first, *_ = _answer("What is ROPELEN?", ("text", reading), ("text", "ROPELEN: the rope that is left on the drum."))
    assert first == "ROPELEN: the rope that is left on the drum."


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("How do I change the rope length?", "To change the rope length, turn the dial at the rear."),
        ("钢丝绳长度怎么改？", "如需更改钢丝绳长度，旋转后部的旋钮。"),
    ],
)
def test_a_sentence_that_says_how_to_do_it_answers(asked: str, told: str) -> None:
    other = "The rope length is 40 m; the rope length dial has a lamp." if "rope" in asked else "钢丝绳长度为 40 m。"
    first, *_ = _answer(asked, ("text", other), ("text", told))
    assert first == told


def test_the_number_asked_for_counts() -> None:
    every_250, every_500 = "Every 250 hours of service: oil the rope.", "Every 500 hours of service: oil the drum."
    first, *_ = _answer("What is done at the 500 hours service?", ("text", every_250), ("text", every_500))
    assert first.startswith("Every 500")


def test_what_the_page_says_of_a_code_comes_along_where_more_is_asked_than_its_meaning() -> None:
    entry = replace(_passage(0, "fault", "Code: E-07 | Meaning: Rope slack"), why=("identifier",))
    clause = _passage(1, "text", "After E-07 the winch stays locked for ten minutes.")
    both = sorted([entry.text, clause.text])
    for asked, told in (("What does E-07 mean?", [entry.text]), ("How long is the winch locked after E-07?", both)):
        question = Question(asked, asked, understand(asked))
        found = Found(evidence=Evidence((entry, clause), identifiers=question.asked.identifiers))
        extracts = choose(question, question.asked, found)
        assert sorted(one.text for one in extracts) == told


def test_of_lists_with_the_same_code_the_one_named_answers_and_both_where_it_is_open() -> None:
    entries = [("fault", "15: motor 5 failed"), ("fault", "15: joint too hot")]
    lists = [("Controller error codes",), ("Servo error codes",)]
    passages = tuple(
        replace(_passage(at, kind, text), section=section, why=("identifier",))  # type: ignore[arg-type]
        for at, ((kind, text), section) in enumerate(zip(entries, lists, strict=True))
    )
    found = Found(evidence=Evidence(passages))
    said = {}
    for asked in ("What is servo error code 15?", "What is error code 15?"):
        question = Question(asked, asked, understand(asked))
        said[asked] = [extract.text for extract in choose(question, question.asked, found)]
    assert list(said.values()) == [["15: joint too hot"], ["15: motor 5 failed", "15: joint too hot"]]


def test_the_labels_of_a_drawing_do_not_come_along() -> None:
    told = _answer("How is the rope checked?", ("text", "Check the rope.\n8 出口 8 出口 8 出口\n上曲肘 下曲肘 滑脚"))
    assert told == ["Check the rope."]


TITLE_BLOCK = "High-temperature dyeing machine\nOperating Manual Asset tag JD-201 · Serial 600-18"


@pytest.mark.parametrize(
    ("asked", "cover"),
    [("What does the dyeing machine JD-201 weigh?", False), ("What is the serial number of the machine?", True)],
)
def test_a_title_block_answers_only_what_asks_for_it(asked: str, cover: bool) -> None:
    place = Place("dyeing.pdf", revision=1, page=1, section="Dyeing")
    passages = (
        winch(TITLE_BLOCK, id=1, place=place, section=("Dyeing",), score=1.0),
        winch("The empty vessel has a mass of 4.2 t.", id=2, score=0.9),
    )
    question = Question(asked, asked, understand(asked))
    first, *_ = choose(question, question.asked, Found(evidence=Evidence(passages)))
    assert (first.passage.id == 1) is cover


def test_the_name_of_a_document_is_not_what_its_sentences_are_searched_for() -> None:
    passages = (winch("Read this before JD-201 is moved.", id=1), winch("Torque of the nut: 120 Nm.", id=2, score=0.9))
    asked = "JD-201 nut torque?"
    question = Question(asked, asked, understand(asked))
    found = Found(evidence=Evidence(passages, called=("JD-201",)))
    assert choose(question, question.asked, found)[0].passage.id == 2


def test_beside_what_is_said_of_a_code_no_other_code_comes_along() -> None:
    text = "M11 reports high background. M18 means that the meter has counted no pulses. M20 reports an open door."
    assert _answer("The winch shows M18, meaning?", ("text", text)) == [
        "M18 means that the meter has counted no pulses."
    ]


@pytest.mark.parametrize(
    "contents",
    [
        "5.3 Rope 13\n6 Drum 14\n7 Rope spares 17\n8 Brake 18",
        "绞车 ........ 3\n卷筒 ........ 5\n钢丝绳 ...... 8\n制动 ........ 9",
    ],
)
def test_a_list_of_chapters_answers_nothing(contents: str) -> None:
    assert is_contents(_passage(0, "text", contents))
    told = "The spare rope hangs in the cabin."
    assert _answer("Where are the rope spares?", ("text", contents), ("text", told)) == [told]


@pytest.mark.parametrize(
    "text", ["1. Set 5 bar\n2. Wait 10\n3. Turn by 20\n4. Tighten to 30", "Speed 3\nPower 5\nMass 8\nWidth 9"]
)
def test_steps_and_figures_are_no_list_of_chapters(text: str) -> None:
    assert not is_contents(_passage(0, "text", text))


def test_a_row_that_begins_with_a_name_says_what_it_is() -> None:
    spares = "Order no.: NV-20202 | Part: Slack-rope sensor B11, M18 PNP | Qty per winch: 4"
    purpose = "Item: B11 | Designation: Slack-rope sensor | Purpose: Stops the drum when the rope is slack"
    first, *_ = _answer("what's B11 for?", ("table", spares), ("table", purpose))
    assert first == purpose


def test_the_line_over_every_page_answers_nothing() -> None:
    first, *_ = _answer(
        "绞车钢丝绳的直径是多少", ("text", "绞车 WN-20 使用说明书 WN-204"), ("text", "钢丝绳直径 8 mm。")
    )
    assert first == "钢丝绳直径 8 mm。"


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("鼓皮带应该是多少赫兹", "2. 弹拨"),
        ("鼓皮带要什么工具", "工具"),
    ],
)
def test_what_a_procedure_needs_answers_only_who_asks_for_it(asked: str, first: str) -> None:
    needs = "工具 鼓皮带频率计、17 mm 扳手"
    answer, *_ = _answer(asked, ("text", needs), ("text", "2. 弹拨皮带长边测量，鼓侧 92 至 98 Hz。"))
    assert answer.startswith(first)
