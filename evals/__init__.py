"""Scripted question sets: running them, measuring, comparing."""

from evals.runner import run
from evals.sets import Gold, Question, load_questions

__all__ = ["Gold", "Question", "load_questions", "run"]
