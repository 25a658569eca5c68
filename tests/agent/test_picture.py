"""What was read in a picture joins the question: its machine, its codes, and signs that were misread."""

from __future__ import annotations

import pytest

from agent import build_assistant
from agent.asking.alike import alike
from corpus import Corpus


def test_signs_that_look_alike_are_tried() -> None:
    assert "E-407" in set(alike("E-4O7"))
    assert next(alike("E-407")) == "E-407"


def test_the_code_of_a_picture_is_explained_and_what_was_read_is_told(plant: Corpus) -> None:
    answer = build_assistant(plant.settings, plant).ask(
        "What does this mean?", equipment="LA-01", image_text="ALARM E-407"
    )
    assert answer.state == "answered"
    assert "Clean the fan filter" in answer.text
    assert "ALARM E-407" in answer.text


def test_a_misread_code_is_found(plant: Corpus) -> None:
    answer = build_assistant(plant.settings, plant).ask(
        "What does this mean?", equipment="LA-01", image_text="ALARM E-4O7"
    )
    assert answer.state == "answered"
    assert "Clean the fan filter" in answer.text


def test_a_serial_number_names_its_machine(plant: Corpus) -> None:
    machine = next(m for m in plant.all_equipment() if m.serial and len(m.serial) >= 6)
    answer = build_assistant(plant.settings, plant).ask(
        "Who is responsible for it?", image_text=f"S/N {machine.serial}"
    )
    assert machine.tag in answer.text


@pytest.mark.parametrize("read", ["", "INVERTER -3"])
def test_nothing_is_guessed_where_nothing_was_recognised(plant: Corpus, read: str) -> None:
    answer = build_assistant(plant.settings, plant).ask("What is this code?", image_text=read)
    assert answer.state == "no_answer"
    assert answer.citations == ()
    assert read in answer.text
