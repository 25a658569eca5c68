"""Write the demonstration plant's files (manuals, bulletin, scan, guides, tables): `python -m corpus.samples.build`."""

from __future__ import annotations

import shutil
from pathlib import Path

import typst

from corpus.samples.guides import write_guides
from corpus.samples.scans import write_scans
from corpus.samples.tables import write_tables

HERE = Path(__file__).parent

# The file names a plant would use, by the folder of the manual's source.
MANUALS = {
    "HX-V850": "HX-V850立式加工中心维护手册.pdf",
    "YLP-315": "YLP-315液压机维护手册.pdf",
    "ZSJ-260": "ZSJ-260注塑机维护手册.pdf",
    "AXR-20": "AXR-20 Maintenance Manual.pdf",
    "KS-37A": "KS-37A Maintenance Manual.pdf",
    "KS-55A": "KS-55A Maintenance Manual.pdf",
    "BCV-650": "BCV-650 Maintenance Manual.pdf",
}


def typeset(sources: Path, plant: Path) -> list[Path]:
    """Compile each `<model>/manual.typ` and `bulletins/*.typ` of the sources to a PDF, and return the PDFs."""
    papers = {
        plant / "manuals" / MANUALS.get(source.parent.name, f"{source.parent.name} Maintenance Manual.pdf"): source
        for source in sorted(sources.glob("*/manual.typ"))
    }
    for source in sorted(sources.glob("bulletins/*.typ")):
        papers[plant / "bulletins" / f"{source.stem} Service Bulletin.pdf"] = source
    for pdf, source in papers.items():
        pdf.parent.mkdir(parents=True, exist_ok=True)
        # Tags for every table cell would triple the size.
        typst.compile(source, output=pdf, root=sources, pdf_tags=False)
    return list(papers)


def build(sources: Path, plant: Path) -> list[Path]:
    """Write every file of the demonstration plant and return the files."""
    return [
        *typeset(sources, plant),
        *write_scans(sources, plant / "records"),
        *write_guides(sources, plant / "guides"),
        *write_tables(sources, plant / "tables"),
        Path(shutil.copyfile(sources / "manifest.csv", plant / "manifest.csv")),
    ]


def main() -> None:
    """Build the plant's files beside this script."""
    for path in build(HERE / "sources", HERE / "plant"):
        print(path.relative_to(HERE))


if __name__ == "__main__":
    main()
