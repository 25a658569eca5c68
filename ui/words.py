"""Components whose labels follow the language: each is made once in Chinese and renamed for its visitor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from ui.texts import Language, text


class Words:
    """Makes labelled components and remembers how to say their labels in another language."""

    def __init__(self) -> None:
        self.components: list[Any] = []
        self._updates: list[Callable[[Language], Any]] = []

    def __call__(self, kind: Callable[..., Any], key: str, *, info: str | None = None, **options: Any) -> Any:
        """Make a component whose label (a button's face) is the text under `key`."""
        slot = "value" if kind is gr.Button else "label"

        def said(language: Language) -> dict[str, str]:
            return {slot: text(language, key), **({"info": text(language, info)} if info else {})}

        return self.follow(kind(**said("zh"), **options), lambda language: kind(**said(language)))

    def choices(
        self, kind: Callable[..., Any], key: str, choices: Callable[[Language], list[Any]], **options: Any
    ) -> Any:
        """Make a component to choose from, whose choices follow the language too."""
        made = kind(label=text("zh", key), choices=choices("zh"), **options)
        return self.follow(made, lambda language: kind(label=text(language, key), choices=choices(language)))

    def html(self, make: Callable[[Language], str], **options: Any) -> Any:
        """Make HTML that follows the language."""
        return self.follow(gr.HTML(make("zh"), **options), make)

    def follow(self, component: Any, update: Callable[[Language], Any]) -> Any:
        """Remember how a component changes with the language; return it."""
        self.components.append(component)
        self._updates.append(update)
        return component

    def updates(self, language: Language) -> list[Any]:
        """Return the update of each of `components` in this language."""
        return [update(language) for update in self._updates]
