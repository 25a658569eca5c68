"""The corpus as a LangChain retriever, for chains of others."""

from __future__ import annotations

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from agent.answer import passage_json
from corpus import Corpus


class MillhandRetriever(BaseRetriever):
    """Returns passages with their places as metadata."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    corpus: Corpus
    equipment: str | None = None
    k: int = 10

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        del run_manager
        evidence = self.corpus.search(query, equipment=self.equipment, k=self.k)
        return [
            Document(page_content=passage.text, metadata=passage_json(passage, rank))
            for rank, passage in enumerate(evidence.passages, start=1)
        ]
