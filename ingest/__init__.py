"""Files into the corpus."""

from ingest.pipeline import FileResult, IngestOptions, Ingestor, IngestProgress, build_ingestor, quote_boxes, safe_name
from ingest.preview import TablePreview

__all__ = [
    "FileResult",
    "IngestOptions",
    "IngestProgress",
    "Ingestor",
    "TablePreview",
    "build_ingestor",
    "quote_boxes",
    "safe_name",
]
