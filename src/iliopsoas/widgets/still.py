"""A picture as HTML that needs nothing else: figure, image with alt text, caption.

The one form in which a notebook shows a picture. Other forms lose the words: JupyterLab drops the alt text of image
outputs, matplotlib's own and those of SVG.
"""

from __future__ import annotations

import base64
import html
import io
from typing import TYPE_CHECKING, Any

from PIL import Image

from iliopsoas.plates.coding import mime
from iliopsoas.plates.reduce import few_colours

if TYPE_CHECKING:
    from ipywidgets import DOMWidget
    from matplotlib.figure import Figure

_CARD = "background:#fff;color:#1a1a1a;margin:0;padding:8px;max-width:1000px"
_NOTE = "font:15px/1.45 system-ui,sans-serif;margin-top:6px"

LEAST_CHART_PX = 560
LOSSY_SHARE = 0.8  # of the bytes without loss that a lossy still may have at most
STILL_QUALITY = 60  # of WebP: letters of the labels keep clean edges, looked at at full size
SIDEWAYS = "Picture; the arrow keys move it where it is wider than the page"


def image_of(figure: Figure, dpi: float = 110) -> bytes:
    """Return a figure as an image on white, of few colours and without loss, or lossy where that is much smaller.

    Shaded plates become a quarter or a third smaller by that; charts do not, so their fine lines stay as they are.
    Both kinds are WebP; where Pillow has no WebP, all are PNG of few colours.
    """
    from matplotlib import rc_context

    from iliopsoas.plates.foot import UNHINTED

    drawn, exact, lossy = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with rc_context(UNHINTED):
        figure.savefig(drawn, format="png", dpi=dpi, facecolor="white")
    picture = Image.open(drawn)
    if mime() != "image/webp":
        few_colours(picture).save(exact, "PNG", optimize=True)
        return exact.getvalue()
    few_colours(picture).convert("RGB").save(exact, "WEBP", lossless=True, quality=75)
    picture.convert("RGB").save(lossy, "WEBP", quality=STILL_QUALITY, method=6)
    return min(exact, lossy, key=lambda image: image.tell() / (LOSSY_SHARE if image is lossy else 1)).getvalue()


def figure_html(image: bytes, alt: str, caption: str, still_of: str = "") -> str:
    """Return the picture with its words as HTML.

    Parameters
    ----------
    image : bytes
        The picture, PNG or WebP; empty while it is still being drawn, which leaves the words.
    alt, caption : str
        What a reader who does not see it is told, and what stands under it.
    still_of : str, optional
        Id of the widget in whose place it stands; the widget hides it for as long as it lives.

    Raises
    ------
    ValueError
        When alt text or caption is empty.
    """
    for name, text in (("alt", alt), ("caption", caption)):
        if not text.strip():
            raise ValueError(f"A picture needs words: {name} is empty.")
    kind = "webp" if image[:4] == b"RIFF" else "png"
    source = f"data:image/{kind};base64,{base64.b64encode(image).decode()}"
    # A chart keeps legible letters and moves sideways where it has no room; a still gives way to its widget.
    size = "max-width:100%" if still_of else f"max-width:100%;min-width:{LEAST_CHART_PX}px"
    shown = f'<img style="{size};height:auto" alt="{html.escape(alt)}" src="{source}">' if image else html.escape(alt)
    if image and not still_of:
        shown = f'<div style="overflow-x:auto" tabindex="0" role="group" aria-label="{SIDEWAYS}">{shown}</div>'
    mark = f' data-still="{html.escape(still_of)}"' if still_of else ""
    return (
        f'<figure{mark} style="{_CARD}">{shown}<figcaption style="{_NOTE}">{html.escape(caption)}</figcaption></figure>'
    )


def emit(markup: str, text: str, **more: Any) -> Any:
    """Send one HTML output to the notebook, `text` where there is no HTML; returns the handle to change it by."""
    from IPython.display import display

    return display({"text/html": markup, "text/plain": text}, raw=True, **more)


def emit_live(widget: DOMWidget) -> None:
    """Send a widget as an output of its own, after the still that it hides, with no text in place of its view.

    In one output they would not do: JupyterLab shows "Error displaying widget: model not found", and not the still,
    where a trusted notebook is opened without the state of its widgets.
    """
    from IPython.display import display

    data: Any = widget._repr_mimebundle_()
    live = data[0] if isinstance(data, tuple) else data
    display({**live, "text/plain": ""}, raw=True)
