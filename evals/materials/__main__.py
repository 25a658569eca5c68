"""Write every set of documents and questions into a folder: `python -m evals.materials OUT_DIR --data DIR`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from corpus import MillhandError
from evals.materials.faq import write_faq
from evals.materials.handbook import write_handbook
from evals.materials.identifiers import write_identifiers
from evals.materials.photos import write_photos


def main(
    out: Annotated[Path, typer.Argument(help="Folder to write into; one folder of documents a set.")],
    data: Annotated[Path, typer.Option(help="Folder that holds faa-powerplant/ and faq-en-zh/.")],
    seed: Annotated[int, typer.Option(help="The same seed gives the same files.")] = 20,
    answers: Annotated[int, typer.Option(min=1, help="Answers that become documents, in each language.")] = 400,
) -> None:
    """Make folders to ingest and question sets out of the handbook, the FAQ and made-up identifiers."""
    try:
        written = [
            *write_handbook(data / "faa-powerplant" / "corpus.jsonl", out / "handbook"),
            *write_faq(data / "faq-en-zh" / "pairs.jsonl", out, seed=seed, answers=answers),
            *write_identifiers(out, seed=seed),
            *write_photos(out, seed=seed),
        ]
    except (OSError, MillhandError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    for path in written:
        typer.echo(path)


if __name__ == "__main__":
    typer.run(main)
