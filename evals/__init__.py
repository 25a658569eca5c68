"""Scripted question sets: running them, measuring, comparing."""

from evals.compare import compare_runs
from evals.runner import load_sets, run
from evals.sets import Gold, Question, load_questions
from evals.summary import METRICS

__all__ = ["METRICS", "Gold", "Question", "compare_runs", "load_questions", "load_sets", "run"]
