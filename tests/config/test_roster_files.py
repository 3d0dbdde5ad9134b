"""Lists of people: a verdict for every line, nothing half imported, and exports that nothing computes."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hisconsole.config import Site, load_site
from hisconsole.config.roster_export import csv_text, vcard_text
from hisconsole.config.roster_files import Outcome, Preview, counts, preview, write
from hisconsole.config.roster_forms import FIELDS, Form
from hisconsole.errors import HisError, Refused
from hisconsole.text import inert, live
from tests.console.app import copied
from tests.hostile import HOSTILE

STAMP = "CONFIDENTIAL: taken by li.na"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied("config", tmp_path_factory.mktemp("site") / "config")


@pytest.fixture(scope="module")
def site(folder: Path) -> Site:
    return load_site(folder)


Look = Callable[[str | bytes], Preview]


@pytest.fixture
def look(folder: Path, site: Site) -> Look:
    def looked(text: str | bytes) -> Preview:
        raw = text if isinstance(text, bytes) else text.encode()
        return preview(raw, folder=folder, site=site)

    return looked


def told(found: Preview) -> list[tuple[int, str, str]]:
    return [(each.line, each.outcome.value, each.contact) for each in found.verdicts]


HEAD = "name,role,department,mobile"


def test_what_another_file_needs_is_told_with_its_place(look: Look) -> None:
    found = look("id,name,operator\ntang.xin,Tang Xin,no\nchen.hao,Chen Hao 陈浩,yes\n")
    assert [each.outcome for each in found.verdicts] == [Outcome.REFUSED] * 2
    for each in found.verdicts:
        assert each.words.startswith("shifts.yaml:")
        assert "'tang.xin' may not hold the console" in each.words


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_chinese_list_in_every_encoding(look: Look, encoding: str) -> None:
    text = "姓名;职务;科室;手机\nChen Hao 陈浩;;信息科;139-0000-0001\n张三;工程师;information;13800000001\n"
    found = look(text.replace("信息科", "information").encode(encoding))
    assert told(found) == [(2, "change", "chen.hao"), (3, "add", "contact-1")]
    changed, added = found.verdicts
    assert [(each.field, each.before, each.after) for each in changed.changes] == [
        ("mobile", "***-****-**01", "***-****-**01"),
        ("verified", "2026-11-16", ""),  # nobody has tried the new number
    ]
    assert ("role", "", "工程师") in [(each.field, each.before, each.after) for each in added.changes]
    assert "13800000001" not in repr(found.verdicts)


@pytest.mark.parametrize(
    ("line", "outcome", "words"),
    [
        pytest.param("Li Si,Engineer,information,13800000001", "add", "", id="somebody new"),
        pytest.param("Zhou Ping,,,", "same", "", id="nothing but the name"),
        pytest.param("Zhou Ping,,,-", "same", "", id="a dash is an empty cell"),
        pytest.param("Zhou Ping,,,100-0000-0104", "same", "", id="the number it has"),
        pytest.param("Zhou Ping,Head of Outpatients,,", "change", "", id="another role"),
        pytest.param(
            "zhou ping,,Outpatient Office,", "same", "", id="name in small letters, department by name"
        ),
        pytest.param(
            "Li Si,Engineer,nowhere,138", "refused", "no department is called nowhere", id="department"
        ),
        pytest.param("Li Si,,information,138", "refused", "'role' is missing", id="no role"),
        pytest.param("Li Si,Engineer,information,", "refused", "there is no number", id="no number"),
        pytest.param(
            "Li Si,Engineer,information,1.38E+10", "refused", "not a number to dial", id="spoilt number"
        ),
        pytest.param(",Engineer,information,138", "refused", "neither a name nor an id", id="no name"),
        pytest.param("=1+1,Engineer,information,138", "refused", "'name' is a formula", id="formula"),
        pytest.param("@SUM(1),Engineer,information,138", "refused", "'name' is a formula", id="at"),
        pytest.param("-2+3,Engineer,information,138", "refused", "'name' is a formula", id="minus"),
        pytest.param("Li Si,Engineer,information,+86 138", "add", "", id="a plus begins a number"),
        pytest.param("Li Si,Engineer,information,138,x", "refused", "more cells than", id="a cell too many"),
        pytest.param("Li Si,Engineer", "refused", "there is no number", id="cells too few"),
        pytest.param(f"{'x' * 90},Engineer,,138", "refused", "longer than", id="too long"),
    ],
)
def test_the_verdict_on_a_line(look: Look, line: str, outcome: str, words: str) -> None:
    (verdict,) = look(f"{HEAD}\n{line}\n").verdicts
    assert (verdict.line, verdict.outcome.value) == (2, outcome), verdict.words
    assert words in verdict.words
    assert bool(verdict.words) is (outcome == "refused")


@pytest.mark.parametrize(
    ("lines", "outcomes"),
    [
        pytest.param(["a,Li Si,1", "b,Li Si,2"], ["add", "add"], id="two of one name and two ids"),
        pytest.param(["a,Li Si,1", "A,Wang Er,2"], ["add", "refused"], id="one id twice, but for case"),
        pytest.param([",Zhou Ping,1", "zhou.ping,,2"], ["change", "refused"], id="by name, then by id"),
        pytest.param([",Li Si,1", ",Li Si,2"], ["add", "add"], id="two new ones of one name"),
        pytest.param(["new,,1"], ["refused"], id="an id nobody has, and no name"),
        pytest.param(["not an id,Li Si,1"], ["refused"], id="no id"),
    ],
)
def test_contacts_that_come_twice(look: Look, lines: list[str], outcomes: list[str]) -> None:
    found = look("\n".join(["id,name,mobile,role", *(f"{line},Engineer" for line in lines)]))
    assert [each.outcome.value for each in found.verdicts] == outcomes


def test_an_ambiguous_name_wants_an_id(folder: Path, site: Site, tmp_path: Path) -> None:
    own = copied("config", tmp_path / "config")
    text = (own / "roster.yaml").read_text().replace("name: Zhou Ping", "name: Lin Fang")
    (own / "roster.yaml").write_text(text)
    found = preview(b"name,mobile\nLin Fang,138\n", folder=own, site=load_site(own))
    assert "several have this name" in found.verdicts[0].words
    assert "zhou.ping" in found.verdicts[0].words


def test_faults_that_show_only_among_the_files_are_told_at_their_line(look: Look) -> None:
    found = look(
        "name,role,mobile,deputy,order,kind,plan_role\n"
        "Li Si,Engineer,138,nobody,,,\n"
        "Li Wu,Engineer,139,li.na,,,\n"
        "Li Liu,Head,139,,1,leading_group,member\n"
    )
    assert [each.outcome.value for each in found.verdicts] == ["refused", "add", "refused"]
    assert "'deputy' is 'nobody'" in found.verdicts[0].words
    assert "already has this place" in found.verdicts[2].words


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        pytest.param(b"", "must name its columns", id="empty"),
        pytest.param(b"role,mobile\nx,1\n", "must name its columns", id="no name"),
        pytest.param(b"name,mobile\n", "holds no contact", id="only a head"),
        pytest.param("姓名,name\na,b\n".encode(), "two columns of the list are 'name'", id="a column twice"),
        pytest.param(b"\xff\xfe\x00\xd8", "is no text", id="no text"),
        pytest.param(b"x" * (8 * 1024 * 1024 + 1), "larger than 8 MiB", id="too large"),
        pytest.param(b'name\n"' + b"x" * 200_000 + b'"\n', "is not CSV", id="a cell without an end"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(look: Look, raw: bytes, sentence: str) -> None:
    with pytest.raises(HisError, match=sentence):
        look(raw)


def card(*lines: str, version: str = "3.0") -> str:
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


@pytest.mark.parametrize(
    ("text", "outcome", "changes"),
    [
        pytest.param(
            card("FN:Li Si", "TITLE:Engineer", "TEL;TYPE=CELL,VOICE:138", "TEL;type=work:6801"),
            "add",
            {"name": "Li Si", "role": "Engineer", "mobile": "*38", "office": "**01"},
            id="vCard 3",
        ),
        pytest.param(
            card("FN:Li Si", "ROLE:Engineer", 'TEL;VALUE=uri;TYPE="cell,voice":tel:+86-13', version="4.0"),
            "add",
            {"mobile": "+**-13"},
            id="vCard 4, a URI",
        ),
        pytest.param(
            card("N:Si;Li;;;", "TITLE:Engineer", "item1.TEL:138", "item1.X-ABLabel:x"),
            "add",
            {"name": "Li Si", "alternate": "*38"},
            id="the name in parts, a group",
        ),
        pytest.param(
            card("FN:Li Si", "TITLE:Engi", " neer", "TEL:138"),
            "add",
            {"role": "Engineer"},
            id="a folded line",
        ),
        pytest.param(
            card(r"FN:Li Si\, MD", r"TITLE:Head\; acting", "TEL:138"),
            "add",
            {"name": "Li Si, MD", "role": "Head; acting"},
            id="escaped",
        ),
        pytest.param(
            card("FN:Li Si", "TITLE:x", "ORG:Hospital;Information Center", "TEL:138"),
            "add",
            {"department": "information"},
            id="the department of an organisation",
        ),
        pytest.param(card("FN:Li Si", "TITLE:x", "TEL;TYPE=FAX:138"), "refused", {}, id="a fax rings nobody"),
        pytest.param(
            card("FN:Li Si", "TITLE:x", *(f"TEL:13{n}" for n in range(4))), "refused", {}, id="four numbers"
        ),
        pytest.param(card("FN:Li Si", "TITLE:x", "TEL:138", version="2.1"), "refused", {}, id="vCard 2.1"),
        pytest.param(card("FN:Li Si", "rubbish", "TEL:138"), "refused", {}, id="no line of a card"),
        pytest.param("BEGIN:VCARD\nVERSION:3.0\nFN:Li Si\n", "refused", {}, id="no end"),
        pytest.param(card("FN:Zhou Ping", "TEL;TYPE=CELL:100-0000-0104"), "same", {}, id="known as it is"),
    ],
)
def test_the_verdict_on_a_card(look: Look, text: str, outcome: str, changes: dict[str, str]) -> None:
    found = look(text)
    assert found.form is Form.VCARD
    (verdict,) = found.verdicts
    assert verdict.outcome.value == outcome, verdict.words
    found_changes = {each.field: each.after for each in verdict.changes}
    assert found_changes.items() >= changes.items()


def test_several_cards_each_with_its_line(look: Look) -> None:
    text = card("FN:Li Si", "TITLE:x", "TEL:138") + "junk\r\n" + card("FN:Li Wu", "TITLE:x")
    found = look(text)
    assert told(found) == [(1, "add", "li.si"), (7, "refused", ""), (8, "refused", "li.wu")]


@pytest.mark.parametrize("name", sorted(HOSTILE))
@pytest.mark.parametrize("form", ["csv", "vcard"])
def test_hostile_text_meets_every_field(look: Look, site: Site, form: str, name: str) -> None:
    text = HOSTILE[name]
    if form == "csv":
        file = io.StringIO()
        csv.writer(file).writerows([["id", *FIELDS[1:]], ["li.na", *[text] * (len(FIELDS) - 1)]])
        raw = file.getvalue().encode("utf-8", "surrogatepass")
    else:
        raw = card(f"FN:{text}", f"TITLE:{text}", f"TEL:{text}", f"NOTE:{text}").encode(
            "utf-8", "surrogatepass"
        )
    try:
        found = look(raw)
    except HisError as fault:
        refused = str(fault)
    else:
        refused = ""
        _all_printable(found)
    assert refused.isprintable()


def _all_printable(found: Preview) -> None:
    assert found.verdicts
    assert all(each.words.isprintable() and each.name.isprintable() for each in found.verdicts)
    assert all(change.after.isprintable() for each in found.verdicts for change in each.changes)


# -- writing --------------------------------------------------------------------------------------------


def test_what_is_written_is_what_was_shown_and_nothing_else(tmp_path: Path) -> None:
    own = copied("config", tmp_path / "config")
    before = (own / "roster.yaml").read_text()
    (own / "roster.yaml").chmod(0o640)
    text = (
        "id,name,role,department,mobile,alternate,note\n"
        "zhou.ping,,,,139,0571-1,\"says: 'no' # once\"\n"
        "new.one,Li Si,Engineer,information,138,,\n"
    )
    found = preview(text.encode(), folder=own, site=load_site(own))
    assert counts(found.verdicts) == {
        Outcome.ADD: 1,
        Outcome.CHANGE: 1,
        Outcome.SAME: 0,
        Outcome.REFUSED: 0,
    }
    assert (own / "roster.yaml").read_text() == before  # looking changes nothing
    write(own, found)
    site = load_site(own)
    zhou, new = site.contact("zhou.ping"), site.contact("new.one")
    assert zhou is not None
    assert new is not None
    assert (zhou.mobile, zhou.office, zhou.alternate) == ("139", "6200", "0571-1")
    assert (zhou.note, zhou.verified) == ("says: 'no' # once", None)
    assert (new.name, new.department, new.mobile) == ("Li Si", "information", "138")
    after = (own / "roster.yaml").read_text()
    kept = [line for line in before.splitlines() if line not in after.splitlines()]
    assert kept == ["  mobile: 100-0000-0104"]  # every comment and every other contact stands
    assert (own / "roster.yaml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in own.iterdir() if "new" in path.name) == []
    assert counts(preview(text.encode(), folder=own, site=site).verdicts)[Outcome.SAME] == 2


def test_one_refused_line_keeps_all_from_being_written(tmp_path: Path) -> None:
    own = copied("config", tmp_path / "config")
    before = (own / "roster.yaml").read_bytes()
    text = f"{HEAD}\nLi Si,Engineer,information,138\nLi Wu,Engineer,nowhere,138\n"
    found = preview(text.encode(), folder=own, site=load_site(own))
    with pytest.raises(Refused, match="Nothing was written"):
        write(own, found)
    assert (own / "roster.yaml").read_bytes() == before


def test_a_roster_that_somebody_else_changed_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    own = copied("config", tmp_path / "config")
    found = preview(f"{HEAD}\nLi Si,x,,138\n".encode(), folder=own, site=load_site(own))
    theirs = (own / "roster.yaml").read_bytes() + b"# mine\n"
    (own / "roster.yaml").write_bytes(theirs)
    with pytest.raises(Refused, match="meanwhile"):
        write(own, found)
    assert (own / "roster.yaml").read_bytes() == theirs


@pytest.mark.parametrize(
    "entry",
    [
        "zz.top: {name: Top, role: x, kind: staff, mobile: 1}",
        "zz.top:\n  name: Top\n  role: >-\n    some\n    words\n  kind: staff\n  mobile: 1",
        'zz.top:\n  name: Top\n  role: "some\n    words"\n  kind: staff\n  mobile: 1',
    ],
    ids=["flow", "folded", "quoted"],
)
def test_an_entry_in_a_form_of_its_own_is_left_to_its_author(tmp_path: Path, entry: str) -> None:
    own = copied("config", tmp_path / "config")
    with (own / "roster.yaml").open("a") as file:
        file.write(f"\n{entry}\n")
    (verdict,) = preview(b"name,mobile\nTop,2\n", folder=own, site=load_site(own)).verdicts
    assert (verdict.outcome, "form of its own" in verdict.words) == (Outcome.REFUSED, True)


# -- exports --------------------------------------------------------------------------------------------


def test_exports_are_stamped_and_come_back_as_they_were(site: Site, look: Look) -> None:
    for text in (
        csv_text(site, stamp=STAMP, verified={}),
        vcard_text(site, stamp=STAMP, verified={}),
    ):
        assert STAMP in text.replace("\r\n ", "")
        found = look(text)
        assert counts(found.verdicts)[Outcome.SAME] == len(site.roster) == len(found.verdicts)
    cards = vcard_text(site, stamp=STAMP, verified={})
    assert cards.count("CLASS:CONFIDENTIAL\r\n") == len(site.roster)
    assert all(len(line.encode()) <= 75 for line in cards.split("\r\n"))


def test_the_later_day_of_verification_goes_out(site: Site) -> None:
    days = {"zhou.ping": date(2026, 11, 22), "lin.fang": date(2026, 1, 1)}
    rows = list(csv.DictReader(csv_text(site, stamp=STAMP, verified=days).splitlines()[1:]))
    verified = {row["id"]: row["verified"] for row in rows}
    assert (verified["zhou.ping"], verified["lin.fang"]) == ("2026-11-22", "2026-11-09")


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_no_cell_is_computed(site: Site, name: str) -> None:
    spoilt = replace(site.roster[0], name=HOSTILE[name], role=HOSTILE[name], note=HOSTILE[name])
    text = csv_text(replace(site, roster=(spoilt,)), stamp=STAMP, verified={})
    _stamp, _head, *rows = list(csv.reader(io.StringIO(text)))
    for cell in rows[0]:
        assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r")
    assert rows[0][1] == inert(HOSTILE[name])
    assert live(inert(HOSTILE[name])) == HOSTILE[name]
