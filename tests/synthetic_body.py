"""Small made-up bodies for the tests of plates: spheres, boxes and a fibrous tube in place of bone and muscle."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from iliopsoas.atlas.mesh import Mesh
from iliopsoas.plates.plate import Along, Fact, Folio, LabelSpec, Layer, Plate, Stop, frame_key
from iliopsoas.plates.view import view_at

SIZE = (160, 180)


@dataclass(frozen=True, eq=False)
class Part:
    id: str
    structure: str
    side: str
    tissue: str
    mesh: Mesh
    group: str


@dataclass(frozen=True, eq=False)
class Area:
    id: str
    attachment: str
    side: str
    parent: str
    centre: tuple
    radius: float

    def inside(self, points):
        return self.radius - np.linalg.norm(np.asarray(points) - self.centre, axis=-1)


def sphere(centre=(0, 0, 0), radius=0.05, rings=24) -> Mesh:
    """A closed ball (a tube of rings with two poles), corners counter-clockwise from outside."""
    t = np.linspace(0, np.pi, rings + 1)[1:-1]
    p = np.linspace(0, 2 * np.pi, 2 * rings, endpoint=False)
    tt, pp = np.meshgrid(t, p, indexing="ij")
    ring = np.stack([np.sin(tt) * np.cos(pp), np.cos(tt), np.sin(tt) * np.sin(pp)], -1).reshape(-1, 3)
    v = np.vstack([ring, [[0, 1, 0], [0, -1, 0]]])
    n, m = len(t), len(p)
    i, j = np.meshgrid(np.arange(n - 1), np.arange(m), indexing="ij")
    a, b = i * m + j, i * m + (j + 1) % m
    quads = [np.stack([a, b, a + m], -1), np.stack([b, b + m, a + m], -1)]
    k = np.arange(m)
    caps = [
        np.stack([k, np.full(m, n * m), (k + 1) % m], 1),
        np.stack([(n - 1) * m + k, (n - 1) * m + (k + 1) % m, np.full(m, n * m + 1)], 1),
    ]
    f = np.concatenate([*(q.reshape(-1, 3) for q in quads), *caps])
    return facing_out(Mesh(v * radius + np.asarray(centre, float), f))


def box(centre=(0, 0, 0), half=(0.02, 0.05, 0.02)) -> Mesh:
    corners = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
    walls = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    f = np.array([t for a, b, c, d in walls for t in ((a, b, c), (a, c, d))])
    return facing_out(Mesh(corners * half + np.asarray(centre, float), f))


def facing_out(mesh: Mesh) -> Mesh:
    """Turn triangles of a star-shaped mesh outwards."""
    t = mesh.v[mesh.f]
    n = np.cross(t[:, 1] - t[:, 0], t[:, 2] - t[:, 0])
    turned = (n * (t.mean(1) - mesh.v.mean(0))).sum(1) < 0
    f = mesh.f.copy()
    f[turned] = f[turned][:, ::-1]
    return Mesh(mesh.v, f, mesh.uv, mesh.sheet)


def strap(x=0.1, half_width=0.04, half_length=0.08, z=0.0, rows=20, cols=20) -> Mesh:
    """A flat sheet that faces forwards, fibres running down, at a distance x in front of the middle."""
    u, s = np.linspace(0, 1, rows), np.linspace(-1, 1, cols)
    uu, ss = np.meshgrid(u, s, indexing="ij")
    v = np.stack([np.full(uu.shape, x), half_length * (1 - 2 * uu), half_width * ss + z], -1).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(cols - 1), indexing="ij")
    a = i * cols + j
    f = np.concatenate(
        [
            np.stack([a, a + cols, a + 1], -1).reshape(-1, 3),
            np.stack([a + 1, a + cols, a + cols + 1], -1).reshape(-1, 3),
        ]
    )
    uv = np.stack([uu, ss * half_width], -1).reshape(-1, 2)
    return Mesh(v, f, uv, sheet=True)


def body() -> dict[str, Part]:
    """From the back forwards: a post, two balls right and left, a strap in front of the right ball."""
    rows = [
        Part("post", "post", "", "bone", box((-0.05, 0, 0), (0.015, 0.11, 0.02)), "post"),
        Part("ball_r", "ball", "r", "bone", sphere((0, 0.02, 0.055), 0.04), "ball_r"),
        Part("ball_l", "ball", "l", "bone", sphere((0, 0.02, -0.055), 0.04), "ball_l"),
        Part("bead", "bead", "", "disc", sphere((-0.09, 0, 0), 0.012), "bead"),
        Part("strap_r", "strap", "r", "psoas", strap(0.06, 0.022, 0.07, 0.055), "strap_r"),
    ]
    return {p.id: p for p in rows}


def areas() -> dict[str, Area]:
    rows = [
        Area("spot_r", "spot", "r", "ball_r", (0.04, 0.02, 0.055), 0.02),
        Area("spot_l", "spot", "l", "ball_l", (0.04, 0.02, -0.055), 0.02),
        Area("back_l", "back", "l", "ball_l", (-0.04, 0.02, -0.055), 0.02),
    ]
    return {a.id: a for a in rows}


def front(size=SIZE, name="front"):
    return view_at(name, 0, 0, (0, 0, 0), 0.3, size, "From the front", "Seen from the front.")


def back(size=SIZE):
    return view_at("back", 180, 0, (0, 0, 0), 0.3, size, "From behind", "Seen from behind.")


LAYERS = (
    Layer("bones", "Bones", ("post", "ball_r", "ball_l"), locked=True, sentence="A post and two balls."),
    Layer("beads", "Beads", ("bead",), sentence="A bead behind the post."),
    Layer("straps", "Straps", ("strap_r",), sentence="A strap over the right ball."),
    Layer("areas", "Areas", (), on=False, sentence="Spots on the balls."),
)
LABELS = (
    LabelSpec("post", "Post", ("post",)),
    LabelSpec("ball_r", "Ball of the right side, which has a long name", ("ball_r",)),
    LabelSpec("ball_l", "Left ball", ("ball_l",)),
    LabelSpec("bead", "Bead", ("bead",)),
    LabelSpec("strap_r", "Strap", ("strap_r",)),
    LabelSpec("spot_l", "Left spot", ("spot_l",), layer="areas"),
    LabelSpec("top_l", "Front of the left ball", point=(0.04, 0.02, -0.055)),
    LabelSpec("top_r", "Front of the right ball", point=(0.04, 0.02, 0.055)),
)
STOPS = (
    Stop("left", "Left", ("spot_l",), "Lit: the left spot."),
    Stop("both", "Both", ("spot_r", "spot_l"), "Lit: both spots."),
)


def plate(**changes) -> Plate:
    fields = {
        "id": "toy",
        "title": "A toy",
        "caption": "A post, two balls, a bead and a strap.",
        "view": front(),
        "layers": LAYERS,
        "labels": LABELS,
        "stops": STOPS,
        "control": "Side",
        "schematic": "Everything here is made up.",
        "areas": tuple(areas()),
        "body": body,
        "area_shapes": areas,
    }
    return Plate(**{**fields, **changes})


HEIGHTS_MM = {"low": -40, "lower": -20, "middle": 0, "higher": 20, "high": 40}
ALONG = Along("Height", "mm", tuple((id, str(mm)) for id, mm in HEIGHTS_MM.items()), "middle")


@dataclass(frozen=True)
class Moved:
    """The body with the strap so much higher; all else stays where it is."""

    mm: float

    def __post_init__(self):
        object.__setattr__(self, "__qualname__", f"Moved({self.mm:g})")

    def __call__(self) -> dict[str, Part]:
        strap_r = body()["strap_r"]
        higher = Mesh(strap_r.mesh.v + np.array([0, self.mm / 1000, 0]), strap_r.mesh.f, strap_r.mesh.uv, sheet=True)
        return {**body(), "strap_r": replace(strap_r, mesh=higher)}


def frame(view, stop: str, **changes) -> Plate:
    """One frame: the strap at one of the heights."""
    mm = HEIGHTS_MM[stop]
    fact = Fact("height_mm", mm, "mm", f"The strap is {mm} mm higher than in the middle.")
    seen = replace(view, sentence=f"{view.sentence} {fact.text}")
    return plate(
        id=f"toy_{view.name}_{stop}", view=seen, body=Moved(mm), facts=(fact,), depth_range_m=(-0.15, 0.15), **changes
    )


def along_folio(**changes) -> Folio:
    """Two views with five frames each."""
    plates = {frame_key(v.name, stop): frame(v, stop) for v in (front(), back()) for stop in HEIGHTS_MM}
    return Folio(**{"id": "toy_along", "title": "A strap that moves", "plates": plates, "along": ALONG, **changes})


def deep_plate(**changes) -> Plate:
    """A post behind twelve thin straps, one in front of the other, that come off in order."""
    names = [f"strap_{k:02}" for k in range(12)]

    def deep() -> dict[str, Part]:
        rows = [
            Part(name, "strap", "", ("psoas", "disc", "iliacus")[k % 3], strap(0.01 * k, 0.05 - 0.003 * k, 0.09), name)
            for k, name in enumerate(names)
        ]
        return {"post": body()["post"], **{row.id: row for row in rows}}

    layers = [Layer(name, f"Sheet {k + 1}", (name,), sentence=f"Sheet {k + 1}.") for k, name in enumerate(names)]
    fields = {
        "id": "toy_deep",
        "layers": (Layer("bones", "Bones", ("post",), locked=True, sentence="A post."), *layers),
        "labels": tuple(LabelSpec(name, f"Sheet {k + 1}", (name,)) for k, name in enumerate(names)),
        "stops": (),
        "control": "",
        "areas": (),
        "peel": "in_order",
        "body": deep,
    }
    return plate(**{**fields, **changes})


@dataclass(frozen=True)
class Turned:
    """The body with the strap so much higher and so far to the right."""

    up_mm: float
    right_mm: float

    def __post_init__(self):
        object.__setattr__(self, "__qualname__", f"Turned({self.up_mm:g}, {self.right_mm:g})")

    def __call__(self) -> dict[str, Part]:
        strap_r = body()["strap_r"]
        moved = strap_r.mesh.moved(strap_r.mesh.v + np.array([0, self.up_mm, self.right_mm]) / 1000)
        return {**body(), "strap_r": replace(strap_r, mesh=moved)}


def live_plate(values, view: str = "front") -> Plate:
    """The strap where two inputs put it."""
    up, right = values.get("up_mm", 0), values.get("right_mm", 0)
    if right == 13:
        raise ValueError("right_mm is 13; that is unlucky")
    said = (f"The strap is {up:g} mm up.", f"It is {right:g} mm to the right.")
    seen = front() if view == "front" else back()
    return plate(
        id=f"toy_live_{view}",
        caption=f"{' '.join(said)} Only a toy.",
        view=replace(seen, sentence=f"{seen.sentence} {said[0]}"),
        facts=tuple(
            Fact(name, value, "mm", text, is_extrapolated=value > 20)
            for name, value, text in zip(("up_mm", "right_mm"), (up, right), said, strict=True)
        ),
        stops=(),
        control="",
        depth_range_m=(-0.15, 0.15),
        body=Turned(up, right),
    )


def live_inputs() -> list:
    from iliopsoas.widgets.live import Input

    return [
        Input("up_mm", "Up", " mm", -40, 40, 1, 0, "down", "up"),
        Input("right_mm", "Right", " mm", 0, 30, 0.5, 0, "", "to the right"),
    ]


def live(**changes):
    """A widget of two inputs, two views and three poses."""
    from iliopsoas.widgets.live import Live

    fields = {
        "id": "toy_live",
        "title": "A strap that answers",
        "make": live_plate,
        "inputs": live_inputs(),
        "poses": [("Rest", {}), ("High", {"up_mm": 30}), ("Aside", {"up_mm": -10, "right_mm": 20.5})],
        "views": {"front": "From the front", "back": "From behind"},
        "start_word": "resting",
    }
    return Live(**{**fields, **changes})
