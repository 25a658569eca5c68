"""Makes the demonstration plant out of its sources: `python -m corpus.samples.build`.

The result is committed, so that a demonstration needs neither typst nor fonts. The manuals need Noto Sans CJK SC.
"""

from __future__ import annotations

from pathlib import Path

from corpus.samples.guides import write_guides
from corpus.samples.tables import write_tables

SOURCES = Path(__file__).parent / "sources"
PLANT = Path(__file__).parent / "plant"

# model: (folder of the manual's text, file name)
MANUALS = {
    "HX-V850": ("HX-V850", "HX-V850立式加工中心维护手册.pdf"),
    "YLP-315": ("YLP-315", "YLP-315液压机维护手册.pdf"),
    "ZSJ-260": ("ZSJ-260", "ZSJ-260注塑机维护手册.pdf"),
    "AXR-20": ("AXR-20", "AXR-20 Maintenance Manual.pdf"),
    "KS-37A": ("KS", "KS-37A Maintenance Manual.pdf"),
    "KS-55A": ("KS", "KS-55A Maintenance Manual.pdf"),
    "BCV-650": ("BCV-650", "BCV-650 Maintenance Manual.pdf"),
}


def typeset(sources: Path, plant: Path) -> list[Path]:
    """Typeset every manual whose text is written; returns the PDFs."""
    import typst

    plant.mkdir(parents=True, exist_ok=True)
    made = []
    for model, (folder, name) in MANUALS.items():
        text = sources / folder / "manual.typ"
        if text.is_file():
            typst.compile(text, output=plant / name, root=sources, sys_inputs={"model": model}, pdf_tags=False)
            made.append(plant / name)
    return made


def build() -> list[Path]:
    """Write the whole plant and return its files."""
    return [
        *typeset(SOURCES, PLANT / "manuals"),
        *write_guides(SOURCES, PLANT / "guides"),
        *write_tables(SOURCES, PLANT / "tables"),
    ]


if __name__ == "__main__":
    for path in build():
        print(f"{path.stat().st_size // 1024:6} KiB  {path.relative_to(PLANT)}")
