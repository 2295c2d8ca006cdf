"""The questions as a deck for Anki, the flashcard program: `iliopsoas anki iliopsoas.apkg`.

Every question and every case keeps its id in every version of the deck, so that loading a newer deck changes cards and
forgets no date. Pictures come from the plates, with their alt text. genanki, which writes the file, is an extra of
this package and imported when it is needed.
"""

from __future__ import annotations

import html
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter
from tqdm import tqdm

from iliopsoas.course.questions import Place, Question
from iliopsoas.learning.bank import bank, is_on_plate
from iliopsoas.plates.composite import composite, lit_mask
from iliopsoas.plates.credits import LICENCE, credit_line
from iliopsoas.plates.reduce import few_colours
from iliopsoas.sources import reference
from iliopsoas.widgets import places

# Chosen once at random, and never changed: Anki knows a deck and a kind of card by them.
DECK_ID, MODEL_ID = 1_795_648_331, 1_436_920_757
DECK = "Iliopsoas"
HEIGHT_PX = 620  # of a picture: a card has to fit on a telephone
_MARK_PX = 11  # radius of the ring round a landmark
_BLUE = "#0b57a4"  # of what marks
_STYLE = """
.card { font: 18px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
.card { max-width: 640px; margin: 0 auto; text-align: left; }
.night_mode.card { color: #1a1a1a; background: #fff; }
img { display: block; max-width: 100%; height: auto; margin: 10px auto; }
.safety { color: #a3341b; font-weight: 700; } .fine { font-size: 14px; color: #5a5a5a; }
"""
_TASK = {
    "choice": "Choose one:",
    "true_false": "True or false?",
    "number": "A number.",
    "order": "Put these in order:",
    "label": "Name it.",
    "click": "Point at it in the picture, and name it.",
    "reveal": "Say what you think before you turn the card.",
}


class NoGenanki(ImportError):  # noqa: N818 - reads as what it says
    """The package genanki, which writes the file, is not installed."""


def write(path: Path, asked: Iterable[Question] | None = None, progress: bool = False) -> int:
    """Write a deck.

    Parameters
    ----------
    path : Path
        The file, with the ending .apkg; one that is there is replaced.
    asked : iterable of Question, optional
        What to put in; by default all questions and cases.
    progress : bool, optional
        Show a bar while pictures are drawn.

    Returns
    -------
    int
        Cards written.

    Raises
    ------
    NoGenanki
        When the package that writes the file is not installed.
    OSError
        When the file cannot be written.
    """
    try:
        import genanki
    except ImportError as error:
        raise NoGenanki("genanki") from error
    chosen = list(bank().values() if asked is None else asked)
    model = genanki.Model(
        MODEL_ID,
        "Iliopsoas",
        fields=[{"name": "Id"}, {"name": "Front"}, {"name": "Back"}],
        templates=[{"name": "Question", "qfmt": "{{Front}}", "afmt": '{{FrontSide}}<hr id="answer">{{Back}}'}],
        css=_STYLE,
    )
    deck = genanki.Deck(DECK_ID, DECK, f"A course on the iliopsoas. Education, not medical advice. {LICENCE}")
    with tempfile.TemporaryDirectory() as folder:
        wanted = {name: one for q in chosen for name, one in _pictures(q)}
        in_turn = sorted(wanted, key=lambda name: (wanted[name][0].folio, wanted[name][0].view))  # each view drawn once
        for name in tqdm(in_turn, desc="pictures", disable=not progress):
            _picture(*wanted[name]).save(Path(folder) / name, "PNG", optimize=True)
        for q in chosen:
            tags = [f"lesson_{q.lesson}", q.topic.replace(" ", "_"), *(["safety"] if q.safety else [])]
            fields = [q.id, front(q), back(q)]
            deck.add_note(
                genanki.Note(model, fields, tags=list(dict.fromkeys(tags)), guid=genanki.guid_for("iliopsoas", q.id))
            )
        package = genanki.Package(deck, media_files=[str(Path(folder) / name) for name in in_turn])
        path.parent.mkdir(parents=True, exist_ok=True)
        package.write_to_file(str(path))
    return len(chosen)


def front(q: Question) -> str:
    """Return the question's side of a card as HTML."""
    e = html.escape
    offered = "".join(f"<li>{e(text)}</li>" for text in q.choices or q.mixed_items)
    parts = [
        '<p class="safety">Safety</p>' if q.safety else "",
        f"<p>{e(q.vignette)}</p>" if q.vignette else "",
        f"<p><b>{e(q.question)}</b> {_TASK[q.kind]}</p>",
        f"<ul>{offered}</ul>" if offered else "",
        _image(q, is_told=False) if is_on_plate(q) else "",
        f"<p>Answer in {e(q.unit)}.</p>" if q.unit else "",
    ]
    return "".join(parts)


def back(q: Question) -> str:
    """Return the answer's side of a card as HTML: the answer, why, why the others tempt, the plate, the sources."""
    e = html.escape
    others = "".join(f"<p>Not “{e(wrong.text)}”: {e(wrong.why)}</p>" for wrong in q.wrong or ())
    cited = "; ".join(reference(key).short for key in q.sources)
    parts = [
        f"<p><b>{e(q.solution)}</b></p><p>{e(q.why)}</p>{others}",
        f"<p>Why the other answer tempts: {e(q.tempts)}</p>" if q.tempts else "",
        _image(q, is_told=True) if q.plate else "",
        f'<p class="fine">{e(places.plate_of(q.plate).schematic)}</p>' if q.plate else "",
        f'<p class="fine">Sources: {e(cited)}.{f" Picture: {e(credit_line())}" if q.plate else ""}</p>',
    ]
    return "".join(parts)


def picture_name(q: Question, is_told: bool) -> str:
    """Return the file name of a question's picture: cards that show the same share one file."""
    assert q.plate is not None
    marked = is_told or q.kind != "click"
    off = "".join(f"-without-{layer}" for layer in q.plate.off)
    what = f"-{q.plate.stop or q.plate.structure}" if marked else ""
    return f"iliopsoas-{q.plate.folio}-{q.plate.view}{off}{what}.png"


def _image(q: Question, is_told: bool) -> str:
    assert q.plate is not None
    plate = places.plate_of(q.plate)
    alt = plate.alt_for(places.shown_layers(q.plate))
    if is_told and not q.plate.stop:
        alt = f"{alt} Marked: {q.solution if q.kind in ('click', 'label') else q.plate.structure.replace('_', ' ')}."
    elif not is_told and q.kind != "click":
        alt = f"{alt} One structure is marked."
    return f'<img src="{html.escape(picture_name(q, is_told))}" alt="{html.escape(alt)}">'


def _pictures(q: Question) -> Iterator[tuple[str, tuple[Place, bool]]]:
    """Yield, for each side that has a picture, its name, its place, and whether the structure is marked there."""
    if q.plate is None:
        return
    if is_on_plate(q):
        yield picture_name(q, is_told=False), (q.plate, q.kind != "click")
    yield picture_name(q, is_told=True), (q.plate, True)


def _picture(place: Place, marked: bool) -> Image.Image:
    """Return a plate without names, the structure (or what the stop lights) lit with a line round it, or ringed."""
    plate, layers = places.plate_of(place), places.shown_layers(place)
    sheet = plate.sheet()
    parts = [row.id for row in sheet.parts if row.structure in places.same(place.structure)]
    lit = () if not marked else plate.lit_for(place.stop) if place.stop else parts
    drawn = Image.fromarray(composite(sheet, layers, lit))
    if lit:
        _outline(drawn, Image.fromarray(lit_mask(sheet, layers, lit)).convert("L"))
    if marked and not lit:
        for label in plate.labels:
            at = next((one.anchor for one in plate.labels_for(layers) if one.id == label.id), None)
            if label.structure == place.structure and at:
                _ring(drawn, at)
    return few_colours(
        drawn.resize((round(drawn.width * HEIGHT_PX / drawn.height), HEIGHT_PX), Image.Resampling.LANCZOS)
    )


def _outline(picture: Image.Image, mask: Image.Image) -> None:
    """Draw a white line and a blue one round a mask, as `board.js` does: a tint may be a neighbour's own colour."""
    for far, colour in ((8, "white"), (5, _BLUE)):
        wide = mask.filter(ImageFilter.MaxFilter(2 * far + 1))
        picture.paste(colour, mask=ImageChops.subtract(wide, mask))


def _ring(picture: Image.Image, at: tuple[float, float]) -> None:
    x, y = at
    pen = ImageDraw.Draw(picture)
    for radius, colour, width in ((_MARK_PX + 2, "white", 7), (_MARK_PX, _BLUE, 4)):
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), outline=colour, width=width)
