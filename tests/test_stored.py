"""The standing body that is kept ready is the one that would be built."""

import io

import numpy as np
import pytest

from iliopsoas.atlas.archive import npz_bytes, read_npz
from iliopsoas.body import stored
from iliopsoas.body.areas import built_lines
from iliopsoas.body.assemble import body, built_soft_parts


@pytest.fixture(scope="module")
def built():
    return built_soft_parts()


def test_what_is_stored_was_made_from_this_code_and_these_bones(built):
    kept = stored.soft_parts()
    assert kept is not None, "a muscle or a bone has changed: run python -m iliopsoas.body.stored"
    assert [(p.id, p.structure, p.side, p.tissue, p.group) for p in kept] == [
        (p.id, p.structure, p.side, p.tissue, p.group) for p in built
    ]
    for name, line in built_lines().items():
        assert np.allclose(stored.line(name, lambda: pytest.fail("it is not stored")), line, atol=1e-9), name
    for one, other in zip(kept, built, strict=True):
        assert np.abs(one.mesh.v - other.mesh.v).max() < 2e-5, one.id
        assert np.array_equal(one.mesh.f, other.mesh.f)
        assert one.mesh.sheet == other.mesh.sheet
        if other.mesh.uv is None:
            assert one.mesh.uv is None
        else:
            assert np.abs(one.mesh.uv - other.mesh.uv).max() < 1e-4


def test_the_same_parts_are_packed_as_the_same_bytes(built):
    assert stored.packed(built, built_lines()) == stored.packed(built, built_lines())


@pytest.mark.parametrize("damage", ["gone", "cut short", "other code"])
def test_what_cannot_be_used_is_built_instead(damage, tmp_path, monkeypatch, built):
    file = tmp_path / "standing.npz"
    if damage != "gone":
        data = stored.packed(built[:2], {})
        file.write_bytes(data[: len(data) // 2] if damage == "cut short" else data)
    monkeypatch.setattr(stored, "ASSET", file)
    if damage == "other code":
        monkeypatch.setattr(stored, "made_from", lambda: "something else")
    stored._stored.cache_clear()
    try:
        assert stored.soft_parts() is None
        assert stored.line("fossa_outline", lambda: np.zeros((1, 3))).shape == (1, 3)
    finally:
        stored._stored.cache_clear()


def test_a_body_without_psoas_minor_lacks_it_and_nothing_else():
    assert set(body()) - set(body(psoas_minor=False)) == {"psoas_minor_r", "psoas_minor_l"}


def test_arrays_come_back_as_they_were_however_they_were_packed():
    """By columns where that is smaller; the reader gets rows all the same, so that sums come out alike."""
    rounds = np.stack([np.arange(9000) % period for period in (97, 101, 103)], axis=1).astype("<u2")
    arrays = {"rounds": rounds, "none": np.zeros((0, 3)), "number": np.array(0.25), "name": np.array("a name")}
    packed = npz_bytes(arrays)
    found = read_npz(io.BytesIO(packed))
    assert set(found) == set(arrays) and packed == npz_bytes(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype and found[name].shape == array.shape and found[name].flags.c_contiguous
        np.testing.assert_array_equal(found[name], array)
    with np.load(io.BytesIO(packed)) as raw:
        assert raw["rounds"].flags.f_contiguous
