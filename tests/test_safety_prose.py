"""What the lessons on safe hands print is all of the checked data, with its ground, and behind no interaction."""

import re
import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from iliopsoas.atlas import strokes as stroke_data
from iliopsoas.body import margins as margin_data
from iliopsoas.course.claims import claim
from iliopsoas.course.consent import consent
from iliopsoas.course.duties import INCIDENT, duties, read_duties
from iliopsoas.course.exercises import exercises
from iliopsoas.course.exercises import stop_rules as aftercare_stops
from iliopsoas.course.grounds import BASES, TRAINED, WEAK
from iliopsoas.course.measure import ERROR_DEG
from iliopsoas.course.safety_list import chapters, weak_lines
from iliopsoas.course.screening import OUTCOMES, screening
from iliopsoas.course.signoff import read_reviews, reviews
from iliopsoas.course.technique import techniques
from iliopsoas.sources import DataError, UnknownName, reference
from iliopsoas.widgets import safety
from iliopsoas.widgets.aftercare import aftercare
from iliopsoas.widgets.strokes import strokes


def test_the_whole_list_holds_every_row_with_its_sources_and_nothing_to_open():
    whole = safety.safety_list()
    data = techniques()
    asked = [q.ask for q in screening().questions.values()]
    said = [e.say for e in consent().elements.values()]
    for text in [*asked, *said, *OUTCOMES.values(), *(s.sign for s in data.stops.values())]:
        assert text in whole.plain
    for row in [*screening().questions.values(), *data.never.values(), *data.article.values()]:
        assert all(reference(key).short in whole.plain for key in row.sources)
    assert "<details" not in whole.markup
    assert "<script" not in whole.markup


def test_weak_ground_is_marked_in_its_row_and_counted_on_the_first_screen():
    line = next(row for row in safety.never_over().plain.splitlines() if "Groin" in row)
    assert "(weak)" in line
    strong = next(row for row in safety.screening_list().plain.splitlines() if "Numbness or tingling" in row)
    assert "(weak)" not in strong
    for lesson in ("07", "08"):
        said = safety.first_screen(lesson).plain
        assert "not medical advice" in said
        assert "not yet reviewed by a qualified tutor" in said
        assert f"{len(weak_lines())} of " in said


def test_a_list_for_one_work_leaves_out_what_does_not_bear_on_it():
    stretch = safety.screening_list("hip_stretch").plain
    assert "knee that hurts when kneeling" in stretch
    assert "stoma" not in stretch
    assert "Sudden or severe pain" in stretch
    with pytest.raises(UnknownName, match="psoas_release"):
        safety.screening_list("psoas_release")


def test_what_there_is_not_is_refused_by_name():
    with pytest.raises(UnknownName, match="09"):
        safety.first_screen("09")
    with pytest.raises(UnknownName, match="head"):
        safety.draping("head")
    with pytest.raises(UnknownName, match="cupping"):
        safety.technique("cupping")


def test_every_table_has_a_caption_and_headers():
    markup = safety.safety_list().markup
    assert markup.count("<table>") == markup.count("<caption") > 8
    assert '<th scope="col"' in markup
    assert '<th scope="row"' in markup


def test_each_cell_says_its_column_where_rows_are_stacked():
    markup = safety.levels().markup
    assert "@container" in markup and ".iliopsoas-rows thead{display:none}" in markup
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', markup)[1:]
    assert re.findall(r'data-head="(.*?): "', markup) == heads * 3


def test_what_is_never_done_is_no_step():
    for text in safety.draping().plain.split("Draping: ")[1:]:
        lines = text.splitlines()
        numbered = [line for line in lines if re.match(r"\d+\. ", line)]
        assert numbered and not any("Never" in line for line in numbered)
        assert any(line.startswith(("Never ", "Nothing ")) for line in lines)


def test_a_breathless_client_gets_an_ambulance_in_every_lesson():
    """As the screening says: new breathlessness is a call, not an appointment."""
    assert screening().questions["breathless"].outcome == "call_999"
    lesson = next((Path(__file__).resolve().parent.parent / "notebooks").glob("05_*.ipynb")).read_text(encoding="utf-8")
    assert "newly short of breath needs an ambulance (999 or 112)" in lesson


def test_a_review_is_filled_in_whole_or_not_at_all():
    assert all(not review.reviewer for review in reviews().values())
    row = '[[review]]\nid = "lesson_07"\ncovers = "Lesson 07"\nreviewer = "{}"\nqualification = "{}"\ndate = "{}"\n'
    done = read_reviews(row.format("A. Tutor", "Level 6 tutor", "2027-03-31"))["lesson_07"]
    assert done.text == "Lesson 07: reviewed by A. Tutor, Level 6 tutor, 2027-03-31."
    with pytest.raises(DataError, match="all three or none"):
        read_reviews(row.format("A. Tutor", "", "2027-03-31"))
    with pytest.raises(DataError, match="a date such as"):
        read_reviews(row.format("A. Tutor", "Level 6 tutor", "last week"))


FILES = ("screening", "consent", "technique", "thomas", "duties")
# What stands in the files and is no row of the list: clients to practise on.
NOT_LISTED = {"client"}


def test_every_row_of_every_safety_file_stands_in_the_list_by_its_id():
    """A row that nobody prints is a row that nobody reviews."""
    listed = [line.key for chapter in chapters() for line in chapter.lines]
    assert len(listed) == len(set(listed))
    found = []
    for name in FILES:
        rows = tomllib.loads(files("iliopsoas.course").joinpath(f"{name}.toml").read_text(encoding="utf-8"))
        found += [f"{kind}.{row['id']}" for kind in rows if kind not in NOT_LISTED for row in rows[kind]]
    margins = tomllib.loads(files("iliopsoas.body").joinpath("margins.toml").read_text(encoding="utf-8"))["margin"]
    found += [f"margin.{row['id']}" for row in margins]
    found += [f"exercise.{id}" for id in exercises()]
    found += [f"aftercare_stop.{row.id}" for row in aftercare_stops()]
    drawn = tomllib.loads(files("iliopsoas.atlas").joinpath("strokes.toml").read_text(encoding="utf-8"))
    found += [f"{kind if kind == 'stroke' else f'stroke_{kind}'}.{row['id']}" for kind in drawn for row in drawn[kind]]
    found += [f"outcome.{id}" for id in OUTCOMES]
    missing = [key for key in found if key not in listed]
    assert not missing
    printed = safety.safety_list().plain
    assert all(key in printed for key in listed)


@pytest.mark.parametrize(
    ("shown", "row"),
    [
        ("levels", "Level 3"),
        ("draping", "Draping: belly"),
        ("stop_rules", "Burning"),
        ("duties", "Insurance"),
    ],
)
def test_a_row_on_weak_ground_says_so_where_a_lesson_prints_it(shown, row):
    text = getattr(safety, shown)().plain
    assert "(weak)" in text[text.index(row) :].split("Ground: ", 1)[1].splitlines()[0]


def test_no_row_is_without_ground_and_what_names_no_source_is_weak():
    """What nothing bears out must not look as good as what a guideline says."""
    for line in (line for chapter in chapters() for line in chapter.lines):
        assert line.ground, line.key
        assert line.is_weak == ("(weak)" in line.ground), line.key
        if re.search(r"our own|expert knowledge", line.ground):
            assert line.is_weak, line.key


def test_one_vocabulary_of_grounds_with_the_layers_below():
    """Strokes and margins lie below the course and keep their own words for it; they must be the same ones."""
    for low in (stroke_data.BASES, margin_data.BASES):
        assert set(low) <= set(BASES)
        assert set(low) & WEAK == {TRAINED}, "the only weak one that they know"


def test_a_row_of_which_only_a_part_was_tried_is_weak():
    """The minutes come from trials or a leaflet; pressure, place and qualification do not."""
    assert all(techniques().techniques[id].is_weak for id in ("effleurage", "percussion"))
    assert all(work.is_weak for work in screening().works.values())
    assert all(step.is_weak for id, step in techniques().article.items() if id.startswith(("effleurage", "percussion")))


def test_nothing_is_called_the_shortest():
    """Finding 24: far bent the model is not borne out; only "much shorter than in standing" is."""
    printed = safety.safety_list().plain
    assert "at its shortest" not in printed and "much shorter than in standing" in printed


def test_outcomes_and_the_articles_steps_show_their_ground_in_the_lessons():
    assert safety.outcomes().plain.count("(weak)") == len(OUTCOMES)
    steps = safety.article_sequence().plain
    assert steps.count("(weak)") == sum(step.is_weak for step in techniques().article.values()) > 0


def test_weak_rows_are_marked_where_only_their_words_are_shown():
    trainer, cards = strokes(), aftercare("half_kneeling")
    rows = stroke_data.strokes()
    for text in (trainer._still_text(), trainer._still_html()):
        assert text.count("(weak)") == sum(
            x.is_weak for g in (rows.areas, rows.strokes, rows.rules) for x in g.values()
        )
    for text in (cards._still_text(), cards._still_html()):
        assert text.count(" (weak)") == sum(rule.is_weak for rule in aftercare_stops())
    assert [one["mark"] for one in cards.spec["stops"]].count(" (weak)") == sum(x.is_weak for x in aftercare_stops())


def test_a_technique_says_on_what_it_rests():
    assert "Ground: expert knowledge (weak): Sams et al. 2025" in safety.technique("percussion").plain
    assert "(weak)" not in safety.technique("contract_relax").plain


def test_duties_by_time_and_an_unknown_time_is_refused():
    device = safety.duties("device").plain
    assert "portable appliance test" in device and "AED" not in device
    assert "AED" in safety.duties("emergency").plain
    for one in ("before", "device", "emergency", "after", "observed"):
        assert safety.duties(one).plain in safety.duties().plain
    with pytest.raises(UnknownName, match="during"):
        safety.duties("during")


def test_what_an_insurer_has_to_name_is_named():
    """Finding 70: belly and device have to stand in the policy; the groin is not taught, whatever it says."""
    do = duties()["insurer"].do
    for word in ("abdominal wall", "buttock", "percussion device", "in writing", "not taught here"):
        assert word in do


def test_the_incident_form_has_room_for_every_answer_and_asks_for_no_name_of_the_client():
    form = safety.incident_form()
    assert form.markup.count('<th scope="row"') == form.markup.count("<td ") == len(INCIDENT) >= 10
    assert "initials only" in form.plain


def test_a_duty_without_ground_is_refused():
    row = '[[duty]]\nid = "x"\nwhen = "device"\nname = "n"\ndo = "d"\nwhy = "w"\nsources = ["hse2013"]\n'
    with pytest.raises(DataError, match="basis"):
        read_duties(row)
    with pytest.raises(DataError, match="when"):
        read_duties(row.replace("device", "never") + 'basis = "study"\n')


def test_nothing_says_that_there_is_a_place_to_press_beside_a_pulse():
    """Finding 1: on the outer side of the femoral pulse lies the nerve, on its inner side the vein."""
    printed = safety.safety_list().plain.lower()
    assert not re.search(r"press[^.]{0,40}\b(lateral|outer side|beside|next)\b[^.]{0,30}\b(pulse|artery)", printed)
    assert "femoral nerve, artery and vein lie side by side" in printed


def test_no_safety_row_rests_on_a_site_without_an_author():
    """Finding 12: two anonymous health sites stood behind the contraindications."""
    for key in ("abdcontra", "gunavoid"):
        with pytest.raises(UnknownName):
            reference(key)
    rows = [*screening().questions.values(), *techniques().never.values(), *techniques().stops.values()]
    assert all(reference(key).authors for row in rows for key in row.sources)


def test_a_study_is_not_cited_for_what_it_did_not_look_at():
    """Finding 13: nurses and constipation are no proof for therapists; child's pose is not among the eleven poses."""
    assert "does not make it safe here" in claim("C40").finding
    for row in [*screening().questions.values(), *screening().works.values()]:
        assert "mcclurg2011" not in row.sources
    for text, sources in [(f"{s.article} {s.instead}", s.sources) for s in techniques().article.values()] + [
        (e.name, e.sources) for e in exercises().values()
    ]:
        if "child" in text.lower():
            assert "mears2018" not in sources


def test_pregnancy_is_no_matter_of_an_obstetric_consent():
    """Finding 14: the client's own consent, training and insurance, and alarm signs with a place and a time."""
    work, alarm = screening().questions["pregnant"], screening().questions["pregnancy_alarm"]
    assert "obstetric consent" not in safety.safety_list().plain.lower()
    for words in ("client's informed consent", "training and insurance", "midwife or GP"):
        assert words in work.do
    for sign in ("bleeding", "headache", "sight", "less movement", "calf"):
        assert sign in alarm.ask
    assert "Maternity triage at once" in alarm.do and "999" in alarm.do


def test_what_a_tutor_watches_has_its_critical_rows_first():
    """Findings 70 and 72: a practical rubric, and a list of what fails it whatever the rest was."""
    seen = [duty for duty in duties().values() if duty.when == "observed"]
    critical = [duty.name.startswith("Critical: ") for duty in seen]
    assert critical == sorted(critical, reverse=True) and sum(critical) == 6
    for word in ("screening", "consent", "draping", "never-areas", "stop", "the claim"):
        assert any(duty.name == f"Critical: {word}" for duty in seen)
    assert all(duty.is_weak for duty in seen), "until a tutor has reviewed them"


def test_the_card_of_before_and_after_asks_for_words_and_names_the_error():
    card = safety.before_after_card()
    assert card.markup.count("<td ") == 2 * card.markup.count('<th scope="row"') == 8
    assert "pelvis held" in card.plain and "short of neutral" in card.plain and "0 to 10" in card.plain
    assert f"up to {ERROR_DEG:g} degrees is within the error" in card.plain
    assert "-" not in card.plain.split("0 to 10")[0], "no sign, but words"
