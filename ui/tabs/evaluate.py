"""Evaluating: run question sets, read the reports, compare two runs, look at what was lost and mark its gold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import gradio as gr

from corpus import Account, MillhandError, NotFound
from ui.access import EVALUATORS, account_of, require
from ui.house import House
from ui.html import TELL, button, clean, moment, paragraph, refused, said, section, table
from ui.runs import Progress, Runs, run_time
from ui.texts import Language, choose_language, text
from ui.uploads import arrived
from ui.words import Words

HEADLINE = ("hit@1", "hit@5", "ndcg@10", "must_include", "citation_precision", "refusal_precision", "refusal_recall")
LOST_SHOWN, HITS_SHOWN = 30, 8
QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
Json = Mapping[str, Any]


class EvaluateTab:
    """The tab's components and handlers; `labelled` are those whose labels follow the language."""

    def __init__(self, house: House, language: gr.Radio, tab: gr.Tab) -> None:
        self._house = house
        self._runs = Runs(house)
        words = self._words = Words()
        with gr.Row():
            with gr.Column(scale=1, min_width=280):
                self._sets = words(
                    gr.CheckboxGroup, "eval_sets", choices=list(self._runs.sets.all()), elem_id="mh-eval-sets"
                )
                self._file = words(
                    gr.File, "eval_upload", file_count="multiple", file_types=[".jsonl"], elem_id="mh-eval-file",
                    height=160,
                )  # fmt: skip
                words.html(lambda one: clean(f'<p class="mh-detail">{escape(text(one, "eval_hint"))}</p>'))
                self._quick = words(gr.Checkbox, "eval_retrieval_only", elem_id="mh-eval-quick")
                self._start = words(gr.Button, "eval_start", variant="primary", elem_id="mh-eval-start")
                self._said = gr.HTML("", elem_id="mh-eval-said", js_on_load=TELL)
                self._timer = gr.Timer(1.5, active=False)
            with gr.Column(scale=2, min_width=280):
                self._list = gr.HTML("", elem_id="mh-eval-runs", js_on_load=TELL)
                with gr.Group(visible=False) as self._comparing:  # until there are two runs
                    with gr.Row():
                        self._before = words(gr.Dropdown, "eval_before", choices=[], elem_id="mh-eval-before")
                        self._after = words(gr.Dropdown, "eval_after", choices=[], elem_id="mh-eval-after")
                    self._compare = words(gr.Button, "eval_compare", elem_id="mh-eval-compare")
        self._detail = gr.HTML("", elem_id="mh-eval-detail", js_on_load=TELL)
        self.labelled = [*words.components, self._said, self._list, self._detail]
        self.kept: list[Any] = []

        progress = [self._said, self._timer]
        listed = [self._list, self._before, self._after, self._comparing]
        self._file.upload(
            self._brought, [self._file, language], [self._said, self._sets, self._file], api_name="evaluate_upload",
            **QUIET,
        )  # fmt: skip
        self._start.click(
            self._begin, [self._sets, self._quick, language], progress, api_name="evaluate_start", **QUIET
        )
        self._timer.tick(self._tick, [language], [*progress, *listed], api_name="evaluate_progress", **QUIET)
        self._said.select(self._cancel, [language], progress, api_name="evaluate_cancel", **QUIET)
        self._list.select(self._opened, [language], [self._detail], api_name="evaluate_open", **QUIET)
        self._compare.click(
            self._compared, [self._before, self._after, language], [self._detail], api_name="evaluate_compare", **QUIET
        )
        self._detail.select(self._pressed, [language], [self._detail, self._said], api_name="evaluate_pressed", **QUIET)
        tab.select(self._entered, [language], [*progress, *listed, self._sets], api_name="evaluate_shown", **QUIET)

    def labels(self, language: Language, _account: Account, _kept: Sequence[Any], *, shown: bool) -> list[Any]:
        """Return the updates of `labelled` in this language."""
        at = self._runs.progress
        progress = _progress_html(at, language) if shown and at.running else ""
        return [*self._words.updates(language), progress, self._listing(language) if shown else "", ""]

    # --- running -------------------------------------------------------------------------------------------------

    def _brought(self, files: Sequence[str] | None, language: str, request: gr.Request) -> tuple[Any, Any, Any]:
        account, chosen = _evaluator(request), choose_language(language, None)
        lines, names = [], []
        for file in files or ():
            try:
                names.append(self._runs.sets.add(arrived(file), Path(file).name))
                self._house.corpus.record(account.name, "evaluation.set", names[-1])
                lines.append(paragraph(text(chosen, "eval_set_added", name=names[-1])))
            except MillhandError as error:
                lines.append(refused(error, chosen))
        choices = gr.CheckboxGroup(choices=list(self._runs.sets.all()), **({"value": names} if names else {}))
        return "".join(lines), choices, None

    def _begin(
        self, names: Sequence[str] | None, quick: bool, language: str, request: gr.Request
    ) -> tuple[str, gr.Timer]:
        account, chosen = _evaluator(request), choose_language(language, None)
        try:
            if not names:
                raise NotFound(text(chosen, "eval_choose"))
            self._runs.start(list(names), retrieval_only=bool(quick), actor=account.name)
        except MillhandError as error:
            return refused(error, chosen), gr.Timer(active=self._runs.progress.running)
        return _progress_html(self._runs.progress, chosen), gr.Timer(active=True)

    def _tick(self, language: str, request: gr.Request) -> tuple[Any, ...]:
        _evaluator(request)
        chosen, at = choose_language(language, None), self._runs.progress
        running = _progress_html(at, chosen), gr.Timer(active=at.running)
        if at.running:
            return *running, gr.HTML(), gr.Dropdown(), gr.Dropdown(), gr.Group()
        return *running, *self._choices(chosen)

    def _cancel(self, language: str, request: gr.Request) -> tuple[str, gr.Timer]:
        _evaluator(request)
        self._runs.cancel()
        return paragraph(text(choose_language(language, None), "eval_cancelling")), gr.Timer(active=True)

    def _entered(self, language: str, request: gr.Request) -> tuple[Any, ...]:
        _evaluator(request)
        chosen, at = choose_language(language, None), self._runs.progress
        shown = _progress_html(at, chosen) if at.running else gr.HTML()
        sets = gr.CheckboxGroup(choices=list(self._runs.sets.all()))
        return shown, gr.Timer(active=at.running), *self._choices(chosen), sets

    def _choices(self, language: Language) -> tuple[Any, ...]:
        """Return the list of runs and the two pickers, the newest pair chosen, and whether there are two."""
        names = self._runs.names()
        choices = [(moment(run_time(one), self._house.settings.zone), one) for one in names]
        before = names[1] if len(names) > 1 else None
        return (
            self._listing(language),
            gr.Dropdown(choices=choices, value=before),
            gr.Dropdown(choices=choices, value=names[0] if names else None),
            gr.Group(visible=len(names) > 1),
        )

    # --- looking -------------------------------------------------------------------------------------------------

    def _opened(self, language: str, request: gr.Request, event: gr.EventData) -> str:
        _evaluator(request)
        chosen, name = choose_language(language, None), said(event, "run")
        try:
            return self._lost_html(name, self._runs.value(name), chosen)
        except MillhandError as error:
            return refused(error, chosen)

    def _compared(self, before: str | None, after: str | None, language: str, request: gr.Request) -> str:
        _evaluator(request)
        chosen = choose_language(language, None)
        try:
            if not before or not after or before == after:
                raise NotFound(text(chosen, "eval_choose_two"))
            return self._comparison_html(before, after, chosen)
        except MillhandError as error:
            return refused(error, chosen)

    def _pressed(self, language: str, request: gr.Request, event: gr.EventData) -> tuple[Any, Any]:
        account, chosen = _evaluator(request), choose_language(language, None)
        action, before, after = said(event, "do"), said(event, "before"), said(event, "after")
        name, question = said(event, "set"), said(event, "question")
        try:
            if action == "gold":
                source, page = said(event, "source"), said(event, "page")
                self._runs.sets.mark_gold(name, question, source, int(page) if page.isdecimal() else None)
                self._house.corpus.record(account.name, "evaluation.gold", f"{name}/{question}", f"{source} {page}")
                where = f"{source} {text(chosen, 'page_short', page=page) if page else ''}".strip()
                return gr.HTML(), paragraph(text(chosen, "eval_gold_marked", question=question, where=where))
            if action == "compare":
                return self._comparison_html(before, after, chosen), gr.HTML()
            if action == "run":
                return self._lost_html(after, self._runs.value(after), chosen), gr.HTML()
            return self._question_html(before, after, name, question, chosen), gr.HTML()
        except MillhandError as error:
            return gr.HTML(), refused(error, chosen)

    # --- what is shown -------------------------------------------------------------------------------------------

    def _listing(self, language: Language) -> str:
        rows = []
        for name in self._runs.names()[:20]:
            value = self._runs.value(name)
            summary = value["summary"]
            report = (
                f'<a class="mh-do" href="/reports/{name}" target="_blank">{escape(text(language, "eval_report"))}</a>'
            )
            rows.append(
                (
                    f"<b>{escape(moment(run_time(name), self._house.settings.zone))}</b><br>"
                    f'<span class="mh-detail">{escape(", ".join(value["run"].get("sets", ())))}</span>',
                    str(len(value["questions"])),
                    *(_figure(summary.get(metric)) for metric in ("hit@5", "ndcg@10", "must_include")),
                    report + button(text(language, "eval_lost"), "open", run=name),
                )
            )
        if not rows:
            return paragraph(text(language, "eval_none"))
        keys = ("eval_run", "eval_questions", "eval_hit5", "eval_ndcg", "eval_must", "actions")
        return clean(section(text(language, "eval_runs"), table(keys, rows, language)))

    def _lost_html(self, name: str, run: Json, language: Language) -> str:
        lost = [(score, one) for one in run["questions"] if (score := _score(one)) < 1.0]
        lost.sort(key=lambda pair: pair[0])
        items = "".join(
            f"<li>{self._ask_button(one, '', name)} <span class='mh-detail'>{score:.2f}</span></li>"
            for score, one in lost[:LOST_SHOWN]
        )
        title = text(language, "eval_lost_count", count=len(lost), of=len(run["questions"]))
        summary = self._summary_html({key: (None, run["summary"].get(key)) for key in HEADLINE}, language)
        return clean(section(title, f'{summary}<ul class="mh-list">{items}</ul>'))

    @staticmethod
    def _ask_button(one: Json, before: str, after: str) -> str:
        label = f"{one['id']} · {one.get('question') or ''}"
        return button(
            label, "question", kind="mh-talk", before=before, after=after, set=one.get("set") or "", question=one["id"]
        )

    def _comparison_html(self, before: str, after: str, language: Language) -> str:
        import evals

        compared = evals.compare_runs(self._runs.value(before), self._runs.value(after))
        figures = {
            key: (value["before"], value["after"]) for key, value in compared["summary"].items() if key in HEADLINE
        }
        parts = [self._summary_html(figures, language)]
        for kind in ("lost", "won"):
            questions = compared["questions"][kind]
            items = "".join(
                f"<li>{self._ask_button(one, before, after)} <span class='mh-detail'>"
                f"{escape(_metric(one['metric'], language))} {one['before']:.2f} → {one['after']:.2f}</span></li>"
                for one in questions[:LOST_SHOWN]
            )
            title = text(language, f"eval_{kind}_questions", count=len(questions))
            parts.append(section(title, f'<ul class="mh-list">{items}</ul>' if items else ""))
        names = " → ".join(moment(run_time(one), self._house.settings.zone) for one in (before, after))
        return clean(section(f"{text(language, 'eval_compare')}: {names}", "".join(parts)))

    @staticmethod
    def _summary_html(figures: Mapping[str, tuple[Any, Any]], language: Language) -> str:
        alone = all(before is None for before, _ in figures.values())
        rows = []
        for name, (before, after) in figures.items():
            old, new = _number(before), _number(after)
            if new is None:
                continue
            change = "" if old is None else f"{new - old:+.3f}"
            kind = "" if not change or abs(new - (old or 0)) < 5e-4 else "mh-good" if new > (old or 0) else "mh-bad"
            first = "" if old is None else f"{old:.3f}"
            # The bar's length is one of 21 classes: the sanitiser lets no style through.
            bar = f'<span class="mh-bar mh-bar-{round(new * 20)}" role="img" aria-label="{new:.3f}"></span>'
            shown = (
                escape(_metric(name, language)),
                first,
                f"<b>{new:.3f}</b>",
                f'<span class="{kind}">{change}</span>',
                bar,
            )
            rows.append((shown[0], shown[2], shown[4]) if alone else shown)
        keys = ("eval_metric", "value", "eval_plot")
        both = ("eval_metric", "eval_before", "eval_after", "eval_change", "eval_plot")
        return table(keys if alone else both, rows, language)

    def _question_html(self, before: str, after: str, name: str, question: str, language: Language) -> str:
        sides = [one for one in (before, after) if one]
        asked = [(side, _find(self._runs.value(side), name, question)) for side in sides]
        newest = asked[-1][1]
        gold = "".join(f"<li>{self._place(one, language)}</li>" for one in newest.get("gold") or ())
        columns = "".join(self._side(side, one, language) for side, one in asked)
        back = (
            button(text(language, "back"), "compare", before=before, after=after)
            if before
            else button(text(language, "back"), "run", after=after)
        )
        head = f'<div class="mh-question">{escape(str(newest.get("question") or ""))}</div>'
        marked = section(text(language, "eval_gold"), f'<ul class="mh-list">{gold}</ul>') if gold else ""
        return clean(f'{back}{head}{marked}<div class="mh-sides">{columns}</div>')

    def _side(self, side: str, one: Json, language: Language) -> str:
        golds = {(place["source"], place.get("page")) for place in one.get("gold") or ()}
        wanted = {place["source"] for place in one.get("gold") or () if not place.get("page")}
        items = []
        for hit in (one.get("hits") or [])[:HITS_SHOWN]:
            page = hit.get("page") or ""
            good = (hit["source"], hit.get("page")) in golds or hit["source"] in wanted
            mark = f' <span class="mh-good">{escape(text(language, "eval_gold"))}</span>' if good else button(
                text(language, "eval_mark_gold"), "gold", set=one.get("set") or "", question=one["id"],
                source=hit["source"], page=page,
            )  # fmt: skip
            items.append(f"<li>{self._place(hit, language)} {mark}</li>")
        answer = escape(str(one.get("text") or text(language, "eval_no_text"))).replace("\n", "<br>")
        state = f" · {escape(text(language, 'eval_state_' + str(one['state'])))}" if one.get("state") else ""
        when = escape(moment(run_time(side), self._house.settings.zone))
        return (
            f'<div class="mh-card"><h4>{when}{state}</h4><p>{answer}</p><ol class="mh-hits">{"".join(items)}</ol></div>'
        )

    def _place(self, place: Json, language: Language) -> str:
        """Link a hit or a gold place to its page, where its file is still in use."""
        source, page = str(place["source"]), place.get("page")
        label = " · ".join(filter(None, [source, text(language, "page_short", page=page) if page else ""]))
        revision = next(
            (one.current.id for one in self._house.corpus.documents() if one.current and one.current.source == source),
            None,
        )
        if revision is None:
            return escape(label)
        query = {**({"page": page} if page else {}), "lang": language}
        return (
            f'<a class="mh-cite mh-cite-wide" href="/places/{revision}?{escape(urlencode(query))}">{escape(label)}</a>'
        )


def _evaluator(request: gr.Request) -> Account:
    account = account_of(request)
    require(account, EVALUATORS)
    return account


def _progress_html(at: Progress, language: Language) -> str:
    if at.error:
        return refused(at.error, language)
    if at.ended:
        return paragraph(text(language, "eval_done"))
    if not at.running:
        return paragraph(text(language, "eval_idle"))
    share = round(20 * at.done / at.total) if at.total else 0
    bar = f'<span class="mh-bar mh-bar-{share}" role="img" aria-label="{at.done}/{at.total}"></span>'
    line = escape(text(language, "eval_asking", done=at.done, total=at.total)) if at.total else escape(at.stage)
    return clean(f'<p role="status">{line}<br>{bar}</p>{button(text(language, "cancel"), "cancel")}')


def _metric(name: str, language: Language) -> str:
    try:
        return text(language, f"metric_{name}")
    except KeyError:
        return name  # hit@5 and its like are called so everywhere


def _figure(metric: Any) -> str:
    value = _number(metric)
    return "–" if value is None else f"{value:.3f}"


def _number(metric: Any) -> float | None:
    value = metric.get("mean") if isinstance(metric, Mapping) else metric
    return float(value) if isinstance(value, int | float) else None


def _score(one: Json) -> float:
    """Return the worst of what decides whether a question was lost; 1 where nothing was measured."""
    scores = one.get("scores") or {}
    return min((float(scores[name]) for name in ("ndcg@10", "must_include", "state") if name in scores), default=1.0)


def _find(run: Json, name: str, question: str) -> Json:
    found = next(
        (one for one in run["questions"] if str(one["id"]) == question and str(one.get("set") or "") == name), None
    )
    if found is None:
        raise NotFound(f"The run has no question {question!r} of the set {name!r}.")
    return dict(found)
