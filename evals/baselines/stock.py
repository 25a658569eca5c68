"""The stock LangChain recipe: its loaders, RecursiveCharacterTextSplitter 1000/200, HuggingFaceEmbeddings, Chroma.

It has its own chunks, embeds with the same model folder in the defaults, and knows nothing of equipment.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from corpus import Corpus, Revision
from evals.baselines.base import Hit

Progress = Callable[[str, int, int], None]
_RECIPE = 1  # a change makes kept indexes void
_BATCH = 256


class Stock:
    """The stock baseline; its index is kept in `cache` under a hash of the files and the model."""

    def __init__(self, corpus: Corpus, cache: Path, progress: Progress) -> None:
        revisions = [document.current for document in corpus.documents() if document.current]
        key = hashlib.sha256(
            json.dumps([_RECIPE, corpus.settings.embedding_model, sorted(r.sha256 for r in revisions)]).encode()
        ).hexdigest()[:16]
        folder = cache / f"stock-{key}"
        self.skipped: tuple[str, ...] = ()
        if not (folder / "done.json").exists():
            shutil.rmtree(folder, ignore_errors=True)
            store = open_store(folder, corpus.embedding_model)
            self.skipped = self._fill(store, revisions, progress)
            (folder / "done.json").write_text(json.dumps({"skipped": self.skipped}))
        else:
            self.skipped = tuple(json.loads((folder / "done.json").read_text())["skipped"])
            store = open_store(folder, corpus.embedding_model)
        self._store = store

    def search(self, query: str, *, models: Sequence[str], k: int) -> list[Hit]:  # noqa: ARG002
        if not query.strip():
            return []
        found = self._store.similarity_search_with_score(query, k=k)
        return [
            Hit(
                str(document.id), document.metadata["source"], document.metadata.get("page"), round(-float(distance), 6)
            )
            for document, distance in found
        ]

    @staticmethod
    def _fill(store: Any, revisions: Sequence[Revision], progress: Progress) -> tuple[str, ...]:
        skipped = []
        for done, revision in enumerate(revisions):
            progress("stock recipe", done, len(revisions))
            try:
                documents = load(revision.file)
            except Exception:  # the recipe stops here; the comparison goes on without this file, and says so
                skipped.append(revision.source)
                continue
            if documents is None:
                skipped.append(revision.source)
                continue
            chunks = split(documents)
            for chunk in chunks:
                page = chunk.metadata.get("page")
                chunk.metadata = {"source": revision.source} | ({} if page is None else {"page": int(page) + 1})
            for at in range(0, len(chunks), _BATCH):
                store.add_documents(chunks[at : at + _BATCH])
        return tuple(skipped)


def load(file: Path) -> list[Any] | None:
    """Load a file as the recipe's loaders do, into LangChain documents; None where they have none for its format."""
    from langchain_community import document_loaders as loaders
    from langchain_core.documents import Document

    match file.suffix.lower():
        case ".pdf":
            return list(loaders.PyPDFLoader(str(file)).load())
        case ".csv":
            return list(loaders.CSVLoader(str(file), encoding="utf-8-sig", autodetect_encoding=True).load())
        case ".html" | ".htm":
            return list(loaders.BSHTMLLoader(str(file), open_encoding="utf-8").load())
        case ".md" | ".markdown" | ".txt":
            return list(loaders.TextLoader(str(file), autodetect_encoding=True).load())
        case ".docx":
            return [Document("\n".join(_docx_lines(file)))]
        case ".xlsx":
            return [Document(row) for row in _sheet_rows(file)]
        case _:
            return None


def split(documents: Sequence[Any]) -> list[Any]:
    """Cut documents as the recipe does: 1,000 characters with 200 of overlap."""
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    return list(RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents))


def open_store(folder: Path, model: str) -> Any:
    """Open the recipe's Chroma store with its embeddings, both in their defaults."""
    from chromadb.config import Settings as ChromaSettings
    from langchain_chroma import Chroma
    from langchain_huggingface import HuggingFaceEmbeddings

    embeddings = HuggingFaceEmbeddings(model_name=model)
    return Chroma(
        collection_name="stock",
        embedding_function=embeddings,
        persist_directory=str(folder),
        client_settings=ChromaSettings(anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder)),
    )


def _docx_lines(file: Path) -> Iterator[str]:
    import docx

    document = docx.Document(str(file))
    yield from (paragraph.text for paragraph in document.paragraphs)
    for table in document.tables:
        yield from ("\t".join(cell.text for cell in row.cells) for row in table.rows)


def _sheet_rows(file: Path) -> Iterator[str]:
    import openpyxl

    book = openpyxl.load_workbook(file, read_only=True, data_only=True)
    for sheet in book.worksheets:
        rows = sheet.iter_rows(values_only=True)
        header = [str(cell or "") for cell in next(rows, ())]
        for row in rows:
            cells = zip(header, row, strict=False)
            yield "\n".join(f"{name}: {cell}" for name, cell in cells if cell is not None)
