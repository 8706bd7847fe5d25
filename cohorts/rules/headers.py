"""What a column means, told from its header: one table of fields, their labels and the names people give them.

To teach a new name of a field, add a word to its line in ``FIELDS``.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from cohorts.rules import values
from cohorts.rules.values import BadValue, Cell, Cleaner

SURE, LIKELY, GUESS = "sure", "likely", "guess"
UNKNOWN = "unknown"  # proposes a new profile field named like the header
IGNORE = "ignore"
UNKNOWN_LABEL = pgettext_lazy("roster", "New profile field")
IGNORE_LABEL = pgettext_lazy("roster", "Do not read")


@dataclass(frozen=True)
class Field:
    """A field a column can give.

    ``variants`` are whole headers (no spaces, small letters). ``hints`` name the field wherever they stand in a
    header. ``is_private`` values never stand in messages. ``is_single`` fields have one column a sheet.
    """

    key: str
    label: str | Promise
    clean: Cleaner
    variants: str
    hints: str = ""
    is_private: bool = False
    is_single: bool = True


def _text(limit: int) -> Cleaner:
    """Text that fits the column of the database it goes to."""
    return partial(values.clean_text, limit=limit)


FIELDS = {
    field.key: field
    for field in (
        Field(
            "number",
            pgettext_lazy("roster", "No."),
            _text(20),
            "序号 编号 序 no no. 顺序号 serial number #",
        ),
        Field(
            "name",
            pgettext_lazy("roster", "Name"),
            values.clean_name,
            "姓名 名字 学员姓名 人员姓名 参训人员 参训学员 学员 name fullname",
            hints="姓名",
        ),
        Field(
            "sex",
            pgettext_lazy("roster", "Sex"),
            values.clean_sex,
            "性别 男女 sex gender",
            hints="性别",
        ),
        Field(
            "born_on",
            pgettext_lazy("roster", "Born"),
            values.clean_born_on,
            "出生年月 出生日期 出生年月日 生日 出生 出生时间 birthday dateofbirth birthdate born dob",
            hints="出生年月 出生日期",
        ),
        Field(
            "age",
            pgettext_lazy("roster", "Age"),
            values.clean_age,
            "年龄 周岁 岁数 现年龄 age",
        ),
        Field(
            "ethnicity",
            pgettext_lazy("roster", "Ethnic group"),
            values.clean_ethnicity,
            "民族 族别 ethnicity ethnicgroup nationality",
            hints="民族",
        ),
        Field(
            "party",
            pgettext_lazy("roster", "Political status"),
            values.clean_party,
            "政治面貌 政治面目 党派 政治身份 面貌 politicalstatus party",
            hints="政治面貌",
        ),
        Field(
            "education",
            pgettext_lazy("roster", "Education"),
            values.clean_education,
            "学历 文化程度 最高学历 学历学位 学历/学位 文化水平 全日制学历 学历层次 education degree",
        ),
        Field(
            "school",
            pgettext_lazy("roster", "School"),
            _text(120),
            "毕业院校 毕业学校 毕业院校及专业 毕业院校系及专业 院校 学校 毕业院校专业 school university graduatedfrom",
            hints="毕业院校",
        ),
        Field(
            "work_unit",
            pgettext_lazy("roster", "Work unit"),
            _text(120),
            "工作单位 单位 所在单位 单位名称 现工作单位 任职单位 企业名称 公司 公司名称 所在企业 所在公司 "
            "单位全称 工作单位名称 organization organisation company employer workunit unit",
        ),
        Field(
            "position",
            pgettext_lazy("roster", "Position"),
            _text(80),
            "职务 职位 岗位 现任职务 职务职级 职务/职级 职务(职级) 担任职务 职务名称 现任职务职级 position "
            "post title jobtitle",
        ),
        Field(
            "unit_and_position",
            pgettext_lazy("roster", "Unit and position"),
            _text(120),
            "单位及职务 工作单位及职务 单位职务 单位和职务 单位、职务 单位/职务 所在单位及职务 "
            "现工作单位及职务 工作单位和职务 工作单位职务 单位与职务 单位及岗位 任职单位及职务 "
            "unitandposition",
        ),
        Field(
            "unit_kind",
            pgettext_lazy("roster", "Kind of unit"),
            _text(60),
            "单位性质 企业性质 单位类型 企业类型 单位类别 公司性质 kindofunit",
        ),
        Field(
            "talent_kind",
            pgettext_lazy("roster", "Kind of talent"),
            _text(60),
            "人才类别 人才类型 人员类别 人才分类 学员类别 人员类型 kindoftalent talentkind",
            hints="人才类别",
        ),
        Field(
            "returnee",
            pgettext_lazy("roster", "Returned from abroad"),
            values.clean_yes_no,
            "是否海归 海归 海归人员 是否海归人员 是否留学归国 留学归国 留学归国人员 是否留学 是否归国 returnee",
            hints="海归 留学归国",
        ),
        Field(
            "park",
            pgettext_lazy("roster", "Park"),
            _text(60),
            "所在园区 园区 所属园区 产业园区 园区名称 工业园 所在产业园 park",
        ),
        Field(
            "street",
            pgettext_lazy("roster", "Street"),
            _text(60),
            "所属街道 街道 所在街道 镇街 所属镇街 街道名称 镇(街道) 乡镇街道 所属乡镇 乡镇 所在镇街 街镇 "
            "所属街镇 street subdistrict town",
            hints="街道",
        ),
        Field(
            "phone",
            pgettext_lazy("roster", "Mobile phone"),
            values.clean_phone,
            "手机号码 手机号 手机 联系电话 电话 电话号码 联系方式 移动电话 联系手机 本人电话 电话号 联络电话 "
            "手机电话 phone mobile mobilephone phonenumber telephone tel cell",
            hints="手机号 手机 联系电话",
            is_private=True,
        ),
        Field(
            "id_number",
            pgettext_lazy("roster", "ID number"),
            values.clean_id_number,
            "身份证号 身份证 身份证号码 公民身份号码 公民身份证号 居民身份证号码 居民身份证号 证件号码 证件号 "
            "身份号码 公民身份证号码 idnumber id idcard identitynumber",
            hints="身份证 身份号码",
            is_private=True,
        ),
        Field(
            "email",
            pgettext_lazy("roster", "E-mail"),
            values.clean_email,
            "邮箱 电子邮箱 邮箱地址 电子邮件 电子邮箱地址 邮件 email e-mail mail emailaddress",
            hints="邮箱 email",
        ),
        Field(
            "remarks",
            pgettext_lazy("roster", "Remarks"),
            values.clean_text,
            "备注 备注说明 说明 备 注 附注 其他说明 remarks remark notes note comment",
        ),
        Field(
            "class_name",
            pgettext_lazy("roster", "Class"),
            _text(60),
            "班级 班次 所在班级 所属班级 班别 分班 班 class classname trainingclass",
        ),
        Field(
            "group_name",
            pgettext_lazy("roster", "Group"),
            _text(60),
            "组别 小组 组 分组 所在小组 学习小组 所属小组 所在组 组号 小组名称 group groupname studygroup",
        ),
        Field(
            "office",
            pgettext_lazy("roster", "Class office"),
            _text(60),
            "班干部 班委职务 班级职务 班内职务 班委 担任班干部 班干部职务 班委会职务 office classoffice",
        ),
        Field(
            "student_number",
            pgettext_lazy("roster", "Student number"),
            _text(20),
            "学号 学员编号 学员号 学籍号 学员证号 studentnumber studentno studentid",
        ),
        Field(
            "certificate_number",
            pgettext_lazy("roster", "Certificate number"),
            _text(60),
            "毕业证号 证书编号 结业证号 结业证书编号 结业证编号 毕业证书编号 毕业证编号 证书号 "
            "certificatenumber certificateno",
        ),
        Field(
            "sign_in",
            pgettext_lazy("roster", "Signature"),
            values.clean_text,
            "签到 签名 签字 本人签名 签到栏 本人签字 学员签名 报到签名 签到签名 signature signin",
            hints="签到",
            is_single=False,
        ),
    )
}
NEVER_READ = frozenset(["sign_in"])

# The number or name of somebody else, or of an office, is not the trainee's own.
SOMEBODY_ELSE = re.compile(
    "紧急|家属|家庭|家长|配偶|父|母亲|子女|亲属|导师|联系人|推荐|班主任|介绍人|负责人|法人|办公|座机|固定|固话|传真|经办|填表|"
    "emergency|office|fax|contactperson|spouse"
)
BRACKETS = re.compile(r"[(\[【〔<《{][^()\[\]【】〔〕<>《》{}]{0,60}[)\]】〕>》}]")
NOISE = re.compile(r"[\s*:;,。?!'\"“”_]+")
AFFIXES = re.compile(
    r"^(?:请填写|请填|填写|学员|本人|您的|个人|参训|现|所在|所属|your)|(?:信息|情况|一栏|名称|必填|选填)$"
)
PARTS = re.compile(r"[/、|或\\]")
UNIT_WORDS = re.compile("单位|公司|企业")
POSITION_WORDS = re.compile("职务|职位|岗位")
HEADER_LIMIT = 60
LABEL_LIMIT = 60  # of a profile field

HINTS = [(hint, field.key) for field in FIELDS.values() for hint in field.hints.split()]


class ProfileLike(Protocol):
    """A profile field of the cohort, as far as a roster needs it."""

    key: str
    label: str
    kind: str  # text number date yes_no choice
    choices: Sequence[str]


@dataclass(frozen=True)
class ProfileSpec:
    """A plain ``ProfileLike``."""

    key: str
    label: str
    kind: str = "text"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meaning:
    """What a column gives: a key of ``FIELDS``, of a profile field, ``unknown`` or ``ignore``; how sure, and why.

    ``reason`` is a code of ``sentences.SENTENCES``.
    """

    field: str
    confidence: str
    reason: str


NOTHING = Meaning(UNKNOWN, GUESS, "header_unknown")
BLANK = Meaning(IGNORE, GUESS, "header_blank")
RANK = {SURE: 0, LIKELY: 1, GUESS: 2}
CLEANERS: dict[str, Cleaner] = {
    "text": values.clean_text,
    "number": values.clean_number,
    "date": values.clean_date,
    "yes_no": values.clean_yes_no,
    "choice": values.clean_text,
}


def plain(header: str) -> str:
    """A header as it is compared: half width, small letters, no spaces or ornaments."""
    visible = values.INVISIBLE.sub("", header[: 4 * HEADER_LIMIT])
    return NOISE.sub("", unicodedata.normalize("NFKC", visible).casefold())


VARIANTS = {plain(variant): field.key for field in FIELDS.values() for variant in field.variants.split()}


def meaning(header: str, profile_fields: Iterable[ProfileLike] = ()) -> Meaning:
    """The meaning of one header on its own."""
    text = plain(header)
    if not text:
        return BLANK
    own = {plain(field.label): field.key for field in profile_fields}
    bare = BRACKETS.sub("", text)
    for form in (text, bare):
        if form in own:
            return Meaning(own[form], SURE, "header_profile")
        if form in VARIANTS:
            return Meaning(VARIANTS[form], SURE, "header_known")
    if len(text) > HEADER_LIMIT or SOMEBODY_ELSE.search(text):
        return NOTHING
    return _by_part(bare)


def _by_part(text: str) -> Meaning:
    if UNIT_WORDS.search(text) and POSITION_WORDS.search(text):
        return Meaning("unit_and_position", LIKELY, "header_part")
    for form in (AFFIXES.sub("", text), AFFIXES.sub("", PARTS.split(text)[0])):
        if form in VARIANTS:
            return Meaning(VARIANTS[form], LIKELY, "header_part")
    for hint, key in HINTS:
        if hint in text and len(text) <= len(hint) + 8:
            return Meaning(key, GUESS, "header_part")
    return NOTHING


# --- the columns of one sheet together ------------------------------------------------------------------------------

LOOKS = {  # fields that can be told from the cells alone
    "id_number": values.clean_id_number,
    "phone": values.clean_phone,
    "email": values.clean_email,
    "sex": values.clean_sex,
}
SAMPLE = 20


def meanings(
    headers: Sequence[str], samples: Sequence[Sequence[Cell]], profile_fields: Collection[ProfileLike] = ()
) -> list[Meaning]:
    """The meaning of each column. No two columns give the same single field: the surer, then the left one, has it."""
    found = [meaning(header, profile_fields) for header in headers]
    taken: dict[str, int] = {}
    for at in sorted(range(len(found)), key=lambda at: (RANK[found[at].confidence], at)):
        field = found[at].field
        if field in NEVER_READ:
            found[at] = Meaning(field, found[at].confidence, "ignored")
        elif field not in (UNKNOWN, IGNORE) and taken.setdefault(field, at) != at:
            found[at] = Meaning(UNKNOWN, GUESS, "header_taken")
    for at, cells in enumerate(samples):
        if found[at] in (NOTHING, BLANK) and not SOMEBODY_ELSE.search(plain(headers[at])):
            field = looks_like(cells)
            if field and taken.setdefault(field, at) == at:
                found[at] = Meaning(field, GUESS, "content")
    return found


def looks_like(cells: Iterable[Cell]) -> str:
    """The field that at least four in five of the filled cells fit, or nothing."""
    filled = [cell for cell in cells if not values.is_blank(cell)][:SAMPLE]
    for field, clean in LOOKS.items():
        if len(filled) >= 3 and sum(_fits(clean, cell) for cell in filled) * 5 >= len(filled) * 4:
            return field
    return ""


def _fits(clean: Cleaner, cell: Cell) -> bool:
    try:
        clean(cell)
    except BadValue:
        return False
    return True


def cleaner(field: str, profile_fields: Iterable[ProfileLike] = ()) -> Cleaner:
    """How the cells of a field are cleaned; a profile field's choices are kept to."""
    own = next((profile for profile in profile_fields if profile.key == field), None)
    if own is None:
        return FIELDS[field].clean if field in FIELDS else values.clean_text
    if own.choices:
        return _chooser(own.choices)
    if own.kind == "text" and field in FIELDS:
        return FIELDS[field].clean
    return CLEANERS[own.kind]


def _chooser(choices: Sequence[str]) -> Cleaner:
    known = {plain(choice): choice for choice in choices}

    def clean_choice(cell: Cell) -> str:
        text = values.clean_text(cell)
        if plain(text) not in known:
            raise BadValue("choice_unknown", found=values.shown(text), choices="、".join(choices[:12]))
        return known[plain(text)]

    return clean_choice


def label(field: str, profile_fields: Iterable[ProfileLike] = ()) -> str:
    """The name of a field in the active language."""
    own = next((profile for profile in profile_fields if profile.key == field), None)
    if own is not None:
        return own.label
    special = {UNKNOWN: UNKNOWN_LABEL, IGNORE: IGNORE_LABEL}
    return str(special[field] if field in special else FIELDS[field].label)
