"""Files into the corpus."""

from ingest.pipeline import FileResult, IngestOptions, Ingestor, IngestProgress, build_ingestor, quote_boxes, safe_name

__all__ = ["FileResult", "IngestOptions", "IngestProgress", "Ingestor", "build_ingestor", "quote_boxes", "safe_name"]
