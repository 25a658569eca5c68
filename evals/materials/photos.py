"""Photos of nameplates and alarm screens of the demonstration plant: tilted, dim, blurred, as a phone takes them."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from corpus import MillhandError

FONT = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
"""Debian's fonts-noto-cjk."""

Kind = Literal["screen", "plate", "segments", "label"]

_PRESS, _MOULD, _CENTRE = "YLP-315液压机维护手册.pdf", "ZSJ-260注塑机维护手册.pdf", "HX-V850立式加工中心维护手册.pdf"
_ROBOT, _BELT = "AXR-20 Maintenance Manual.pdf", "BCV-650 Maintenance Manual.pdf"
_SMALL, _LARGE = "KS-37A Maintenance Manual.pdf", "KS-55A Maintenance Manual.pdf"


@dataclass(frozen=True, slots=True)
class Taken:
    """What a camera does to a picture: degrees of tilt, share of perspective, light, blur, noise, shine, width."""

    tilt: float = 0.0
    perspective: float = 0.0
    light: float = 1.0
    blur: float = 0.0
    noise: float = 3.0
    shine: float = 0.0
    width: int = 1200
    quality: int = 85


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: its lines of text, how it was taken, the question beside it, and what the answer has to hold."""

    id: str
    kind: Kind
    lines: tuple[str, ...]
    taken: Taken
    question: str
    language: str
    identifier: str
    source: str
    page: int | None
    must_include: tuple[str, ...]
    equipment: str | None = None


def draw(shot: Shot, seed: int) -> Image.Image:
    """Draw a picture as a camera would take it; the same seed gives the same picture."""
    flat = {"screen": _screen, "plate": _plate, "segments": _segments, "label": _label}[shot.kind](shot.lines)
    return _photographed(flat, shot.taken, np.random.default_rng(seed))


def write_photos(out: Path, *, seed: int) -> list[Path]:
    """Write the pictures and `photos.jsonl`, whose gold is in the demonstration plant; returns the set's path.

    Raises MillhandError: the font that draws them is not installed.
    """
    if not FONT.is_file():
        raise MillhandError(f"There is no font {FONT}; install Debian's fonts-noto-cjk.")
    folder = out / "photos"
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for number, shot in enumerate(SHOTS):
        draw(shot, seed + number).save(folder / f"{shot.id}.jpg", quality=shot.taken.quality)
        line = {
            "id": shot.id,
            "question": shot.question,
            "language": shot.language,
            **({"equipment": shot.equipment} if shot.equipment else {}),
            "image": f"photos/{shot.id}.jpg",
            "gold": [{"source": shot.source, **({"page": shot.page} if shot.page else {})}],
            "must_include": list(shot.must_include),
            "state": "answered",
            "kind": shot.kind,
            "identifier": shot.identifier,
        }
        lines.append(json.dumps(line, ensure_ascii=False))
    path = out / "photos.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [path]


# --- what is photographed ----------------------------------------------------------------------------------------


def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(FONT), size, index=2)  # the third face of the collection is the Chinese one


def _screen(lines: tuple[str, ...]) -> Image.Image:
    """Draw an alarm page of a control: a bar, the message with its code, and what stands around it."""
    image = Image.new("RGB", (1000, 620), (16, 24, 40))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 1000, 66), fill=(40, 70, 120))
    pen.text((24, 12), lines[0], font=_font(34), fill=(230, 236, 245))
    pen.rectangle((24, 100, 976, 250), fill=(150, 24, 24))
    pen.text((48, 130), lines[1], font=_font(58), fill=(255, 245, 235))
    for row, line in enumerate(lines[2:]):
        pen.text((48, 290 + 62 * row), line, font=_font(36), fill=(190, 205, 220))
    for key in range(5):
        pen.rectangle((24 + 192 * key, 556, 200 + 192 * key, 606), fill=(60, 72, 92))
    return image


def _plate(lines: tuple[str, ...]) -> Image.Image:
    """Draw a nameplate: brushed metal, rivets, the maker above rows of label and value."""
    grain = np.random.default_rng(7).normal(172, 7, (640, 1, 1)) + np.linspace(-12, 12, 1000)[None, :, None]
    image = Image.fromarray(np.clip(np.broadcast_to(grain, (640, 1000, 3)), 0, 255).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    pen.rectangle((14, 14, 986, 626), outline=(40, 40, 44), width=5)
    for x, y in ((44, 44), (956, 44), (44, 596), (956, 596)):
        pen.ellipse((x - 14, y - 14, x + 14, y + 14), fill=(110, 110, 112), outline=(50, 50, 50))
    pen.text((500, 66), lines[0], font=_font(50), fill=(24, 24, 28), anchor="ma")
    for row, line in enumerate(lines[1:]):
        top = 168 + 86 * row
        pen.line((80, top + 72, 920, top + 72), fill=(90, 90, 94), width=2)
        pen.text((90, top), line, font=_font(46), fill=(24, 24, 28))
    return image


def _label(lines: tuple[str, ...]) -> Image.Image:
    """Draw the label of a spare part's box: black on yellow, the number large."""
    image = Image.new("RGB", (900, 420), (236, 206, 60))
    pen = ImageDraw.Draw(image)
    pen.rectangle((10, 10, 890, 410), outline=(20, 20, 20), width=6)
    pen.text((40, 40), lines[0], font=_font(40), fill=(15, 15, 15))
    pen.text((40, 130), lines[1], font=_font(76), fill=(15, 15, 15))
    for row, line in enumerate(lines[2:]):
        pen.text((40, 270 + 60 * row), line, font=_font(40), fill=(15, 15, 15))
    return image


#   a
# f   b     Which of the seven strokes each sign lights.
#   g
# e   c
#   d
_STROKES = {
    "0": "abcdef", "1": "bc", "2": "abged", "3": "abgcd", "4": "fgbc", "5": "afgcd", "6": "afgedc", "7": "abc",
    "8": "abcdefg", "9": "abcdfg", "E": "afged", "F": "afge", "C": "afed", "H": "fbgec", "L": "fed", "A": "abcefg",
    "-": "g", " ": "",
}  # fmt: skip


def _segments(lines: tuple[str, ...]) -> Image.Image:
    """Draw a display of seven-segment signs, its name printed above; the last line is what it shows."""
    shown = lines[-1]
    image = Image.new("RGB", (190 + 150 * len(shown), 470), (34, 34, 36))
    pen = ImageDraw.Draw(image)
    for row, line in enumerate(lines[:-1]):
        pen.text((60, 24 + 46 * row), line, font=_font(34), fill=(210, 210, 210))
    pen.rectangle((50, 124, image.width - 50, 440), fill=(24, 8, 8))
    for at, sign in enumerate(shown):
        _sign(pen, 95 + 150 * at, 160, _STROKES[sign])
    return image


def _sign(pen: ImageDraw.ImageDraw, x: int, y: int, lit: str) -> None:
    wide, high, thick = 96, 120, 20
    strokes = {
        "a": (x, y, x + wide, y + thick),
        "g": (x, y + high - thick // 2, x + wide, y + high + thick // 2),
        "d": (x, y + 2 * high - thick, x + wide, y + 2 * high),
        "f": (x, y, x + thick, y + high),
        "b": (x + wide - thick, y, x + wide, y + high),
        "e": (x, y + high, x + thick, y + 2 * high),
        "c": (x + wide - thick, y + high, x + wide, y + 2 * high),
    }
    for name, box in strokes.items():
        pen.rounded_rectangle(box, 6, fill=(255, 64, 40) if name in lit else (46, 14, 12))


# --- how it is taken ---------------------------------------------------------------------------------------------


def _photographed(flat: Image.Image, taken: Taken, random: np.random.Generator) -> Image.Image:
    border = 90
    scene = Image.new("RGB", (flat.width + 2 * border, flat.height + 2 * border), (88, 86, 82))
    scene.paste(flat, (border, border))
    if taken.perspective:
        scene = _slanted(scene, taken.perspective)
    if taken.tilt:
        scene = scene.rotate(taken.tilt, Image.Resampling.BICUBIC, expand=True, fillcolor=(88, 86, 82))
    scene = scene.resize((taken.width, round(scene.height * taken.width / scene.width)), Image.Resampling.LANCZOS)
    if taken.blur:
        scene = scene.filter(ImageFilter.GaussianBlur(taken.blur))
    light = np.asarray(scene, np.float32) * taken.light
    if taken.shine:
        light += taken.shine * _shine(scene.size)
    light += random.normal(0, taken.noise, light.shape)
    return Image.fromarray(np.clip(light, 0, 255).astype(np.uint8))


def _slanted(scene: Image.Image, share: float) -> Image.Image:
    """Look at a picture from its left: the far side is smaller."""
    wide, high = scene.size
    far = high * share / 2
    corners = [(0, 0), (wide, far), (wide, high - far), (0, high)]
    square = [(0, 0), (wide, 0), (wide, high), (0, high)]
    rows, values = [], []
    for (x, y), (u, v) in zip(corners, square, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    found = np.linalg.solve(np.array(rows, float), np.array(values, float))
    return scene.transform(
        (wide, high), Image.Transform.PERSPECTIVE, found.tolist(), Image.Resampling.BICUBIC, fillcolor=(88, 86, 82)
    )


def _shine(size: tuple[int, int]) -> np.ndarray:
    """Return the reflection of a lamp: a bright patch right of the middle."""
    wide, high = size
    x, y = np.meshgrid(np.arange(wide), np.arange(high))
    away = ((x - 0.72 * wide) / (0.22 * wide)) ** 2 + ((y - 0.3 * high) / (0.3 * high)) ** 2
    return (255 * np.exp(-away * math.log(4)))[:, :, None]


# --- the pictures ------------------------------------------------------------------------------------------------

_STOCK, _MACHINES = "备件库存_2026-03-31.xlsx", "设备台账.csv"

SHOTS = (
    Shot(
        "photo-01", "screen", ("报警信息", "E-407 主轴过热停机", "HX-V850   程序 O1032", "复位前请查明原因"),
        Taken(tilt=4),
        "这是什么故障，先查哪里？", "zh", "E-407", _CENTRE, 28, ("HX-8400-0534",),
    ),
    Shot(
        "photo-02", "screen", ("当前报警", "F-12 回油滤芯堵塞停机", "滑块 900 mm   油温 31 °C"),
        Taken(tilt=-9, light=0.45),
        "屏幕上这个怎么处理", "zh", "F-12", _PRESS, 26, ("YLP-HY-0417",), "HP-02",
    ),
    Shot(
        "photo-03", "screen", ("ALARM LIST", "SRV-023  BATTERY LOW", "Robot 1   AUTO   100 %"),
        Taken(tilt=6, perspective=0.25), "What do I have to do about this alarm?", "en", "SRV-023", _ROBOT, 25,
        ("AXR-P-20551",), "RB-01",
    ),
    Shot(
        "photo-04", "screen", ("MESSAGES", "W-03 AIR-END TEMP HIGH", "Load 82 %   7.1 bar"), Taken(blur=2.2, noise=10),
        "What does this message mean?", "en", "W-03", _SMALL, 24, ("104",), "AC-01",
    ),
    Shot(
        "photo-05", "screen", ("报警一览", "ALM-225 回油滤芯堵塞", "周期 32.4 s   模数 10872"),
        Taken(tilt=-3, shine=0.75, perspective=-0.2), "这个报警怎么解决？", "zh", "ALM-225", _MOULD, 30, ("ZS26-3022",),
        "IM-02",
    ),
    Shot(
        "photo-06", "screen", ("FAULT", "T-12 SEPARATOR DIFF PRESSURE", "KS-55A   1.41 bar"), Taken(light=0.3, noise=8),
        "The machine stopped with this. What now?", "en", "T-12", _LARGE, 26, ("KS-2208-055",), "AC-02",
    ),
    Shot(
        "photo-07", "screen", ("Alarm", "SYS-104 SAFETY GATE OPENED", "Palletising cell"), Taken(tilt=14, light=0.7),
        "Why did the robot stop?", "en", "SYS-104", _ROBOT, 28, ("X5.5–X5.8",), "RB-02",
    ),
    Shot(
        "photo-08", "segments", ("故障代码 FAULT", "F-19"),
        Taken(tilt=3), "显示这个是什么意思？", "zh", "F-19", _PRESS, 27,
        ("系统压力建立不起来",), "HP-01",
    ),
    Shot(
        "photo-09", "segments", ("FAULT", "C-13"),
        Taken(perspective=0.2, light=0.8), "What is this code?", "en", "C-13",
        _BELT, 26, ("Belt slip",), "CV-01",
    ),
    Shot(
        "photo-10", "segments", ("主轴驱动器", "E-403"),
        Taken(tilt=-5, blur=1.5), "报这个怎么办？", "zh", "E-403", _CENTRE, 28,
        ("62 ±3 Hz",), "CNC-01",
    ),
    Shot(
        "photo-11", "segments", ("INVERTER", "C-37"),
        Taken(tilt=8, noise=14, light=0.6), "The drive shows this, why?", "en",
        "C-37", _BELT, 28, ("0.6 s",), "CV-02",
    ),
    Shot(
        "photo-12", "plate",
        ("液压机 HYDRAULIC PRESS", "型号  YLP-315", "出厂编号  YLP315-2021-0097", "公称力  3150 kN",
        "电源  380 V  50 Hz"),
        Taken(tilt=5), "这台设备谁负责？", "zh", "YLP315-2021-0097", _MACHINES, None, ("赵志强",),
    ),
    Shot(
        "photo-13", "plate",
        ("SCREW COMPRESSOR", "Type  KS-55A", "Serial No.  KS55A-2022-0210", "Max. pressure  9.8 bar", "Year  2022"),
        Taken(tilt=-7, light=0.5), "Which machine is this and who is responsible for it?", "en", "KS55A-2022-0210",
        _MACHINES, None, ("AC-02", "刘海峰"),
    ),
    Shot(
        "photo-14", "plate",
        ("立式加工中心", "型号  HX-V850", "设备编号  CNC-02", "出厂日期  2020.06", "重量  5600 kg"),
        Taken(perspective=0.3, tilt=4),
        "E-412 是什么意思？", "zh", "CNC-02", _CENTRE, 28, ("8 L/min",),
    ),
    Shot(
        "photo-15", "plate",
        ("INDUSTRIAL ROBOT", "Model  AXR-20", "Serial  AXR20-2023-1502", "Payload  20 kg", "Supply  400 V 3 AC"),
        Taken(shine=0.8, tilt=3), "What does SRV-021 mean?", "en", "AXR20-2023-1502", _ROBOT, 25, ("135 °C",),
    ),
    Shot(
        "photo-16", "plate",
        ("BELT CONVEYOR", "Type  BCV-650", "Asset  CV-01", "Length  12 m", "Motor  2.2 kW  400 V"),
        Taken(blur=2.5, light=0.75),
        "C-16 came up. What is it?", "en", "CV-01", _BELT, 26, ("Motor overtemperature",),
    ),
    Shot(
        "photo-17", "plate",
        ("塑料注射成型机", "型号  ZSJ-260", "编号  ZSJ260-2023-0655", "锁模力  2600 kN", "油箱  270 L"),
        Taken(light=0.35, tilt=-4),
        "这台机器在哪，谁管？", "zh", "ZSJ260-2023-0655", _MACHINES, None, ("注塑区 C3", "马文涛"),
    ),
    Shot(
        "photo-18", "label", ("分离芯 SEPARATOR ELEMENT", "KS-2208-037", "QTY 1", "MADE 2025-08"), Taken(tilt=11),
        "这个备件还有库存吗？在哪个库位？", "zh", "KS-2208-037", _STOCK, None, ("KS-2208-037",),
    ),
    Shot(
        "photo-19", "label", ("REGENERATIVE RESISTOR", "AXR-P-20611", "LOT 2291", "1 PC"),
        Taken(perspective=0.35, light=0.6),
        "How many of these do we have, and in which bin?", "en", "AXR-P-20611", _STOCK, None, ("AXR-P-20611",),
    ),
    Shot(
        "photo-20", "screen", ("系统", "ALM-232 伺服电机过热", "ZSJ-260   电机 131 °C"),
        Taken(tilt=-12, blur=1.8, light=0.5, width=800, quality=50), "这个报警什么原因？", "zh", "ALM-232", _MOULD, 30,
        ("KTY84",), "IM-01",
    ),
)  # fmt: skip
"""Written from the documents of the demonstration plant; every identifier stands in one of them or in its tables."""
