"""System "back": muscles of back and buttock, and what lies under gluteus maximus."""

from __future__ import annotations

from collections.abc import Iterator

from iliopsoas.body import back_muscles, gluteal, pelvis_back
from iliopsoas.body.assemble import Body, Part


def parts(body: Body, breath_l: float) -> Iterator[Part]:
    """Yield the parts of the system, right and left; the breath does not move them."""
    for part in _right():
        yield part
        yield part.mirrored()


def _right() -> Iterator[Part]:
    made = (
        ("multifidus", "muscle", back_muscles.multifidus()),
        ("erector_spinae", "muscle", back_muscles.erector_spinae()),
        ("thoracolumbar_fascia", "tendon", back_muscles.thoracolumbar_fascia()),
        ("gluteus_medius", "muscle", gluteal.medius()),
        ("gluteus_maximus", "muscle", gluteal.gluteus_maximus()),
        ("iliotibial_tract", "tendon", gluteal.iliotibial_tract()),
        ("piriformis", "muscle", pelvis_back.piriformis()),
        ("sacrotuberous_ligament", "ligament", pelvis_back.sacrotuberous_ligament()),
        ("sacrospinous_ligament", "ligament", pelvis_back.sacrospinous_ligament()),
        ("sciatic_nerve", "nerve", pelvis_back.sciatic_nerve()),
    )
    for name, tissue, mesh in made:
        yield Part(f"{name}_r", name, "r", tissue, mesh, f"{name}_r")
    vessels = (
        ("superior_gluteal_artery", pelvis_back.superior_gluteal_artery()),
        ("inferior_gluteal_artery", pelvis_back.inferior_gluteal_artery()),
    )
    for name, meshes in vessels:
        for number, mesh in enumerate(meshes, 1):
            yield Part(f"{name}_{number}_r", name, "r", "artery", mesh, f"{name}_r")
