"""Investment leads in the demo: every stage, one made of a finding, two about one company and two put together."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO

from PIL import Image

from learning.models import Finding
from placements.services.lead_merges import merge_leads
from placements.services.leads import Source, enter_lead, move_lead
from reports.management.demo.stage import Stage

COMPANIES = (
    ("湘粤智能装备有限公司", "计划在高新区租两万平方米标准厂房，做电机转子自动线。", "12000", "landed"),
    ("五岭新能源股份有限公司", "石墨负极二期选址，需要稳定的蒸汽和电价承诺。", "86000", "signed"),
    ("南岭光学科技有限公司", "镜片镀膜线想从东莞迁来，带六十名熟练工。", "5600", "negotiating"),
    ("东江冷链物流有限公司", "想在铁路货场旁建一座冷库，先要过境货量数据。", "9800", "visited"),
    ("郴江食品集团有限公司", "茶油礼盒代工，找一家有出口资质的工厂合作。", "800", "contacted"),
    ("骑田岭矿物涂料厂", "厂房到期要搬，打听园区租金和环评办法。", None, "found"),
    ("香雪半导体材料有限公司", "封装基板项目，已决定落户外省。", "30000", "lost"),
)
EVERY = 6  # days between two stages
PATH = ("found", "contacted", "visited", "negotiating", "signed", "landed")
WORDS = {
    "contacted": "电话联系了企业负责人，约好下周见面。",
    "visited": "专班陪同企业到园区看了两块地。",
    "negotiating": "就用地、厂房和电价谈了第二轮。",
    "signed": "签订投资框架协议。",
    "landed": "注册了项目公司，厂房进场装修。",
    "lost": "企业来函说明已另有选择。",
}


def leads(stage: Stage) -> None:
    members = stage.members[stage.classes[0]]
    people = [*members[4:5], *members[8:]]
    for number, (company, what, amount, until) in enumerate(COMPANIES):
        value = Decimal(amount) if amount else None
        lead = enter_lead(
            [people[number // 2]],
            company=company,
            what=what,
            amount=value,
            found_on=_days_ago(stage, EVERY * len(_steps(until)) + 2 + number),
            by=stage.by,
        )
        _move(lead, until, stage)
    _cited(stage)
    heard = {"company": "东江冷链物流", "what": "听老总说想在郴州建冷库。", "found_on": _days_ago(stage, 3)}
    enter_lead([people[9]], by=stage.by, **heard)
    _together(stage, people)


def _days_ago(stage: Stage, days: int) -> date:
    return stage.today - timedelta(days=days)


def _steps(until: str) -> tuple[str, ...]:
    return PATH[1 : PATH.index(until) + 1] if until in PATH else ("contacted", "lost")


def _move(lead, until: str, stage: Stage) -> None:
    steps = _steps(until)
    for number, step in enumerate(steps):
        on = _days_ago(stage, EVERY * (len(steps) - number))
        files = [_scan(number)] if step == "signed" else []
        move_lead(lead, stage=step, on=on, text=WORDS[step], files=files, by=stage.by)


def _cited(stage: Stage) -> None:
    finding = Finding.objects.filter(journal__trainee__cohort=stage.cohort, kind=Finding.Kind.LEAD).first()
    if finding:
        source = Source(Finding._meta.label, finding.pk, finding.quote)
        what = "二期想落郴州，缺三十亩工业用地和一条专线。"
        lead = enter_lead(
            [finding.journal.trainee],
            company="恒昌新材料有限公司",
            what=what,
            found_on=min(finding.journal.last_on, _days_ago(stage, EVERY)),
            source=source,
            by=stage.by,
        )
        _move(lead, "contacted", stage)


def _together(stage: Stage, people) -> None:
    one, other = people[10:12]
    lead = enter_lead(
        [one], company="王仙岭生物科技有限公司", what="想租中试厂房。", found_on=_days_ago(stage, 9), by=stage.by
    )
    heard = {"company": "王仙岭生物科技", "what": "董事长是本地人，愿意回乡投资。", "found_on": _days_ago(stage, 4)}
    twin = enter_lead([other], by=stage.by, **heard)
    shares = {one.pk: Decimal("0.6"), other.pk: Decimal("0.4")}
    merge_leads(lead, twin, shares, reason="同一企业，先后提供", by=stage.by)


def _scan(number: int) -> bytes:
    out = BytesIO()
    Image.new("RGB", (620, 877), (250, 250 - number, 245)).save(out, "PNG")
    return out.getvalue()
