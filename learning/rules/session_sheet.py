"""Sessions of a spreadsheet: headers as offices write them, days and hours as people write them. Values in, values out."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from trainee_mgmt.kit.names import name_key
from trainee_mgmt.kit.sheets import headers
from trainee_mgmt.kit.typed import cut
from trainee_mgmt.kit.words import say as _

HEADERS = {
    "title": ("课次", "课次名称", "课程", "课程名称", "课题", "题目", "主题", "内容", "课程内容", "教学内容", "培训内容", "授课内容",
              "活动内容", "title", "session", "course"),
    "day": ("日期", "上课日期", "授课日期", "培训日期", "开课日期", "开始日期", "date", "day"),
    "hours": ("时间", "上课时间", "授课时间", "培训时间", "起止时间", "时段", "时间段", "time", "hours"),
    "start": ("开始时间", "开始", "起始时间", "begins at", "start", "from"),
    "end": ("结束时间", "结束", "截止时间", "下课时间", "ends at", "end", "until"),
    "end_day": ("结束日期", "截止日期", "ends on", "end date"),
    "classes": ("班级", "参加班级", "授课班级", "上课班级", "班次", "对象", "培训对象", "参训班级", "class", "classes"),
    "teacher": ("讲师", "教师", "老师", "授课教师", "授课老师", "任课教师", "授课人", "主讲人", "主讲", "师资", "teacher", "lecturer"),
    "venue": ("场地", "教室", "venue", "room"),
    "place": ("地点", "上课地点", "授课地点", "培训地点", "place"),
    "mode": ("方式", "授课方式", "上课方式", "形式", "培训形式", "how", "mode"),
}  # fmt: skip
FIELDS = {word.replace(" ", ""): field for field, words in HEADERS.items() for word in words}
MODES = {
    "on_site": ("线下", "现场", "面授", "集中", "on site"),
    "online": ("线上", "网络", "直播", "远程", "online"),
    "both": ("线上线下", "线上+线下", "线上、线下", "混合", "on site and online", "both"),
}
EVERYBODY = (
    "全部",
    "全体",
    "所有",
    "全部班级",
    "所有班级",
    "全体班级",
    "全体学员",
    "全期",
    "各班",
    "all",
    "all classes",
)
LONGEST = timedelta(hours=24)
LIMITS = {"title": 120, "teacher": 60, "place": 120}
DAY_WORDS = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
SHORT_DAY = re.compile(r"(\d{1,2})[-/.月](\d{1,2})日?")
PLAIN_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
WEEKDAY = re.compile(r"[(（]?(?:星期|周|礼拜)[一二三四五六日天][)）]?")
WEEKDAYS = (
    ("周一", "mon", "monday"),
    ("周二", "tue", "tuesday"),
    ("周三", "wed", "wednesday"),
    ("周四", "thu", "thursday"),
    ("周五", "fri", "friday"),
    ("周六", "sat", "saturday"),
    ("周日", "周天", "sun", "sunday"),
)
HOUR = re.compile(r"(次日|第二天|上午|下午|晚上|早上|中午)?\s*(\d{1,2})(?:\s*[:：.时点]\s*(\d{1,2})?\s*分?)?(半)?")
TO = re.compile("[-–—~～至到]+")
YEARS = 1900, 2200  # beyond them it is a typing error
EPOCH = date(1899, 12, 30)  # of numbers that stand for days


class BadCell(ValueError):
    """A cell that cannot be used; the sentence says why and what would be right."""


@dataclass(frozen=True)
class Problem:
    sheet: str
    row: int
    column: str
    value: str
    why: str


@dataclass(frozen=True)
class SheetRow:
    """A row as it was understood; moments are local and without a zone."""

    sheet: str
    row: int
    title: str
    start: datetime
    end: datetime
    classes: tuple[str, ...]
    teacher: str = ""
    venue: str = ""
    place: str = ""
    mode: str = ""
    given: frozenset[str] = frozenset()  # the columns that the sheet has


@dataclass
class ReadSheet:
    rows: list[SheetRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    count: int = 0

    def take(self, row: "_Row") -> None:
        self.count += 1
        understood = row.understood()
        if understood:
            self.rows.append(understood)
        self.problems += row.problems


def text_of(cell) -> str:
    """A cell as text: one width, no stray spaces; a whole number without its ``.0``."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)
    return " ".join(unicodedata.normalize("NFKC", str(cell)).split())


def find_header(rows: Sequence[Sequence]) -> tuple[int, dict[str, int]] | None:
    """(place of the header, column of each field). A header names the session and its day."""
    return headers.find_header(
        rows,
        FIELDS,
        plain=lambda cell: re.sub(r"\s|[*:：]|[(（].*?[)）]", "", text_of(cell).casefold()),
        is_header=lambda found: {"title", "day"} <= found,
    )


def read_sheet(name: str, rows: Sequence[Sequence], first_row: int, *, first: date, last: date) -> ReadSheet | None:
    """Every row that names a session or a day; None where the sheet has no such header. ``first`` and ``last`` are the
    days of the cohort: a day without a year means one of them."""
    found = find_header(rows)
    if found is None:
        return None
    place, columns = found
    read = ReadSheet()
    for number, cells in enumerate(rows[place + 1 :], first_row + place + 1):
        values = {key: cells[at] if at < len(cells) else None for key, at in columns.items()}
        if not any(text_of(values.get(key)) for key in ("title", "day")):
            continue
        read.take(_Row(name, number, values, first, last))
    return read


def read_typed(rows: Mapping[int, Mapping[str, str]], monday: date, *, first: date, last: date) -> ReadSheet:
    """Rows as they were typed into named fields, by their numbers; empty ones are left out. A day may be a weekday of the
    week that begins on ``monday``; an empty one is that of the row above, as in a sheet whose cells were joined."""
    read, above = ReadSheet(), ""
    for number, values in rows.items():
        if not any(text_of(value) for value in values.values()):
            continue
        above = text_of(values.get("day")) or above
        read.take(_Row("", number, {**values, "day": _of_week(above, monday)}, first, last))
    return read


def _of_week(words: str, monday: date) -> str:
    """The day of a weekday that stands alone; anything else as it is."""
    plain = re.sub(r"^(?:星期|礼拜)", "周", words.casefold())
    at = next((at for at, names in enumerate(WEEKDAYS) if plain in names), None)
    return words if at is None else (monday + timedelta(days=at)).isoformat()


class _Row:
    """One row, cell by cell; what cannot be used is kept with its reason."""

    def __init__(self, sheet: str, number: int, values: dict, first: date, last: date):
        self.sheet, self.number, self.values, self.first, self.last = sheet, number, values, first, last
        self.problems: list[Problem] = []

    def understood(self) -> SheetRow | None:
        title = self.text("title")
        if not title and not self.problems:
            self.problem("title", "", _("The name of the session is missing."))
        day = self.take("day", lambda cell: as_day(cell, self.first, self.last))
        span = self.span(day) if day else None
        texts = {name: self.text(name) for name in ("teacher", "place", "venue")}
        mode = self.mode()
        if self.problems or span is None:
            return None
        names = tuple(filter(None, re.split(r"[、，,;；/\n]|\s{2,}", str(self.values.get("classes") or ""))))
        return SheetRow(
            self.sheet,
            self.number,
            title,
            *span,
            classes=tuple(text_of(name) for name in names if text_of(name)),
            mode=mode,
            given=frozenset(self.values),
            **texts,
        )

    def span(self, day: date) -> tuple[datetime, datetime] | None:
        """From when until when; ``次日`` or a day of its own lead past midnight."""
        if "hours" in self.values and not text_of(self.values.get("start")):
            column = "hours"
            clocks = self.take("hours", as_hours)
        else:
            column = "end"
            start, end = self.take("start", as_clock), self.take("end", as_clock)
            clocks = (start, end) if start and end else None
        if not clocks:
            return None
        last = day
        if text_of(self.values.get("end_day")):
            last = self.take("end_day", lambda cell: as_day(cell, self.first, self.last + timedelta(days=1)))
            if last is None:
                return None
        (start, start_days), (end, end_days) = clocks
        begin = datetime.combine(day, start) + timedelta(days=start_days)
        finish = datetime.combine(last, end) + timedelta(days=end_days)
        value = text_of(self.values.get(column))
        if finish == begin:
            self.problem(column, value, _("It ends when it begins; it lasts no time."))
        elif finish < begin:
            self.problem(
                column,
                value,
                _("It ends before it begins. Past midnight write the hour as 次日01:00, or give its last day."),
            )
        elif finish - begin > LONGEST:
            self.problem(column, value, _("It lasts more than a day. Make one session for each day."))
        return (begin, finish)

    def text(self, name: str) -> str:
        value = text_of(self.values.get(name))
        if len(value) > LIMITS.get(name, 120):
            self.problem(
                name, value[:40], _("This is too long; at most %(most)s signs.") % {"most": LIMITS.get(name, 120)}
            )
        return value

    def mode(self) -> str:
        value = text_of(self.values.get("mode")).casefold().replace(" ", "")
        if not value:
            return ""
        for mode, words in MODES.items():
            if value in (unicodedata.normalize("NFKC", word).replace(" ", "") for word in words):
                return mode
        self.problem("mode", value, _("Write 线下, 线上 or 线上线下, or leave it empty."))
        return ""

    def take(self, name: str, read):
        cell = self.values.get(name)
        try:
            if not text_of(cell):
                raise BadCell(_("This cell is empty."))
            return read(cell)
        except BadCell as bad:
            self.problem(name, text_of(cell)[:40], str(bad))
            return None

    def problem(self, column: str, value: str, why: str) -> None:
        self.problems.append(Problem(self.sheet, self.number, column, value, why))


def as_day(cell, first: date, last: date) -> date:
    """A day; without a year, the one between the first and the last day of the cohort."""
    if isinstance(cell, date):  # a moment is a day too
        return _day(cell.year, cell.month, cell.day)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 20_000 < cell < 80_000:
        return EPOCH + timedelta(days=int(cell))
    words = WEEKDAY.sub("", text_of(cell)).strip().removesuffix("00:00:00").strip()
    if found := DAY_WORDS.fullmatch(words) or PLAIN_DAY.fullmatch(words):
        return _day(*(int(part) for part in found.groups()))
    if found := SHORT_DAY.fullmatch(words):
        month, number = (int(part) for part in found.groups())
        years = range(first.year, last.year + 1)
        days = [day for year in years if (day := _day_or_none(year, month, number))]
        if not days:
            return _day(first.year, month, number)
        return next((day for day in days if first <= day <= last), days[0])
    raise BadCell(_("This is no day. Write it as 2026-09-08."))


def _day_or_none(year: int, month: int, number: int) -> date | None:
    if not YEARS[0] <= year <= YEARS[1]:
        return None
    try:
        return date(year, month, number)
    except ValueError:
        return None


def _day(year: int, month: int, number: int) -> date:
    found = _day_or_none(year, month, number)
    if found is None:
        raise BadCell(_("%(month)s has no day %(day)s.") % {"month": f"{year:04}-{month:02}", "day": number})
    return found


def as_clock(cell) -> tuple[time, int]:
    """(hour, days later): ``次日01:00`` is one day later, and so is 24:00."""
    if isinstance(cell, datetime):
        return cell.time().replace(tzinfo=None), 0
    if isinstance(cell, time):
        return cell, 0
    if isinstance(cell, timedelta):
        cell = cell / timedelta(days=1)
    if isinstance(cell, (int, float)) and not isinstance(cell, bool) and 0 <= cell < 1:
        minutes = round(cell * 24 * 60)
        return time(minutes // 60 % 24, minutes % 60), minutes // (24 * 60)
    words = re.sub(r":00$", "", text_of(cell)) if text_of(cell).count(":") == 2 else text_of(cell)
    found = HOUR.fullmatch(words)
    if not found:
        raise BadCell(_("This is no hour. Write it as 09:00."))
    part, hour, minute, half = found.group(1), int(found.group(2)), int(found.group(3) or 0), found.group(4)
    minute = 30 if half else minute
    if part in ("下午", "晚上") and hour < 12:
        hour += 12
    days = 1 if part in ("次日", "第二天") else 0
    if (hour, minute) == (24, 0):
        return time(0), days + 1
    if hour > 23 or minute > 59:
        raise BadCell(_("This is no hour. Write it as 09:00."))
    return time(hour, minute), days


def as_hours(cell) -> tuple[tuple[time, int], tuple[time, int]]:
    """``9:00-11:30``, ``下午2:30至5:00``: the second hour shares the part of the day of the first."""
    if isinstance(cell, (datetime, time, int, float)):
        raise BadCell(_("Only one hour stands here. Write from and until, as 09:00-11:30."))
    parts = cut(TO, text_of(cell))
    if len(parts) != 2:
        raise BadCell(_("Write from and until, as 09:00-11:30."))
    start = as_clock(parts[0])
    end = as_clock(parts[1])
    if parts[0].startswith(("下午", "晚上")) and end[0].hour < 12 and parts[1][:1].isdigit() and end[0] < start[0]:
        end = (end[0].replace(hour=end[0].hour + 12), end[1])
    return start, end


def class_keys(names: Sequence[str], sheet: str, classes: dict[str, int]) -> list[int]:
    """The classes that a row names. An empty cell means the class after which the sheet is called, or the only one."""
    known = {name_key(name): key for name, key in classes.items()}
    if not names:
        if name_key(sheet) in known:
            return [known[name_key(sheet)]]
        if len(known) == 1:
            return list(known.values())
        raise BadCell(_("Name the classes, or write 全部."))
    if any(name_key(name) in EVERYBODY for name in names):
        return list(known.values())
    unknown = [name for name in names if name_key(name) not in known]
    if unknown:
        raise BadCell(_("This cohort has no class “%(name)s”.") % {"name": unknown[0][:40]})
    return list(dict.fromkeys(known[name_key(name)] for name in names))
