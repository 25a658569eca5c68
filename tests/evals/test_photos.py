"""Pictures of nameplates and alarm screens: drawn as a phone takes them, and read by the OCR that questions use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evals.materials.photos import FONT, SHOTS, Shot, draw, write_photos
from evals.sets import load_questions
from ingest.readers.ocr import recognise

pytestmark = pytest.mark.skipif(not FONT.is_file(), reason="the pictures need Debian's fonts-noto-cjk")

FEW = ("photo-02", "photo-05", "photo-10", "photo-14", "photo-18")
BY_ID = {shot.id: shot for shot in SHOTS}


@pytest.mark.parametrize("shot", [BY_ID[name] for name in FEW], ids=FEW)
def test_the_identifier_is_read_though_tilted_dim_or_blurred(shot: Shot) -> None:
    read = "\n".join(line.text for line in recognise(draw(shot, 20)))
    assert shot.identifier in read, read


def test_what_the_camera_did_changes_the_picture() -> None:
    shot = BY_ID["photo-01"]
    dim = draw(replace(shot, taken=replace(shot.taken, light=0.3)), 1)
    assert dim.convert("L").getextrema()[1] < draw(shot, 1).convert("L").getextrema()[1]


def test_the_set_has_twenty_pictures_of_four_kinds_in_both_languages(tmp_path: Path) -> None:
    (path,) = write_photos(tmp_path, seed=20)
    questions = load_questions(path)
    assert len(questions) == 20
    assert {question.fields["kind"] for question in questions} == {"screen", "plate", "segments", "label"}
    assert {question.language for question in questions} == {"zh", "en"}
    assert all(question.image and question.image.is_file() for question in questions)
