"""The charts of lesson 06 show the published numbers, say what was worked out, and claim nothing more."""

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from iliopsoas.plates.catalogue import chart
from iliopsoas.plates.chart_sitting import FIFTY_CHANGE_DEG, SIXTEEN, fifty
from iliopsoas.sources import reference

IDS = ("lordosis_sitting", "sitting_extension", "startle_order", "four_words")


def artist(figure, gid):
    (found,) = figure.findobj(lambda one: one.get_gid() == gid)
    return found


@pytest.mark.parametrize("id", IDS)
def test_each_has_words_and_sources_that_resolve(id):
    one = chart(id)
    assert len(one.alt.split()) > 25 and len(one.caption.split()) > 25
    assert all(reference(key).title for key in one.sources)


@pytest.mark.parametrize("id", IDS)
def test_no_word_is_cut_off_and_no_two_words_overlap(id):
    figure = chart(id).figure()
    FigureCanvasAgg(figure).draw()
    width, height = figure.bbox.width, figure.bbox.height
    boxes = []
    for text in figure.findobj(lambda one: hasattr(one, "get_text") and one.get_visible() and one.get_text().strip()):
        if text.get_text().strip("−.0123456789") == "":
            continue  # numbers of an axis, also those beyond its ends, which are not drawn
        box = text.get_window_extent()
        assert box.x0 >= -1 and box.x1 <= width + 1 and box.y0 >= -1 and box.y1 <= height + 1, text.get_text()
        boxes.append((text.get_text(), box))
    for k, (one, box) in enumerate(boxes):
        for other, there in boxes[k + 1 :]:
            apart = box.x1 <= there.x0 or there.x1 <= box.x0 or box.y1 <= there.y0 or there.y1 <= box.y0
            assert apart, (one, other)


def test_the_curve_falls_by_half_on_a_chair_and_hardly_in_kneeling():
    figure = chart("lordosis_sitting").figure()
    shown = {one.posture: artist(figure, f"moon2018:{one.posture}").get_xdata()[0] for one in SIXTEEN}
    assert shown["Standing"] == 37.1 and shown["Sitting on a chair"] == 17.9
    assert shown["Standing"] - shown["Kneeling on the heels"] < 6 < shown["Standing"] - shown["Sitting on a chair"]
    standing, sitting = fifty()
    assert sitting.mean_deg - standing.mean_deg == pytest.approx(FIFTY_CHANGE_DEG)
    assert sitting.mean_deg / standing.mean_deg == pytest.approx(0.502, abs=0.001)
    assert standing.worked_out and "worked out" in chart("lordosis_sitting").caption


def test_the_difference_in_extension_is_shown_as_a_difference_without_a_cause():
    figure = chart("sitting_extension").figure()
    low, high = (artist(figure, f"boukabache2021:{group}").get_xdata()[0] for group in ("inactive", "active"))
    assert high - low == 6.1
    assert "not its cause" in chart("sitting_extension").caption


def test_psoas_is_not_recorded_in_a_startle_and_no_time_is_given():
    figure = chart("startle_order").figure()
    assert artist(figure, "startle:psoas").get_text() == "not recorded"
    steps = [artist(figure, f"startle:{name}").get_xdata()[0] for name in ("Eyelids", "Side of the neck")]
    assert steps == sorted(steps)
    assert not any(
        unit in chart("startle_order").alt + chart("startle_order").caption for unit in (" ms", "millisecond")
    )


def test_the_four_words_are_called_schematic_and_have_no_scale():
    one = chart("four_words")
    assert "no measurements" in one.caption
    assert all(not list(ax.get_xticks()) and not list(ax.get_yticks()) for ax in one.figure().axes)
