"""The style guide at /kit/, on development servers only: every piece with made-up data, to look at and to copy from.

``?theme=dark``, ``?text=large``, ``?language=en`` and ``?role=trainee`` show the same page as others see it.
"""

from datetime import date
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.safestring import SafeString

from trainee_mgmt.kit.forms import CrispyMixin, DateInput
from trainee_mgmt.kit.pieces import status_tag

PAGES = ("pieces", "home", "list", "form", "dashboard", "plan", "phone", "progress", "confirm", "empty", "sign-in")
NAMES = [
    "周予安",
    "何以宁",
    "林跃川",
    "许嘉禾",
    "罗思齐",
    "邓知远",
    "梁若溪",
    "唐一诺",
    "沈嘉木",
    "蒋书宁",
    "韩松岚",
    "曾晓棠",
    "潘景行",
    "叶望舒",
    "方亦然",
]
CLASSES = ["新安班", "西乡班", "航城班", "福永班", "福海班"]
STATES = (
    ("warn", "出勤预警", "连续缺 2 次；再缺 2 次就低于 80%"),
    ("", "资料不全", "缺身份证号"),
    ("bad", "无法达标", "余下 8 次全到也只有 75%"),
    ("accent", "请假", "请假至 11 月 2 日，涉及 2 次课"),
    ("ok", "正常", ""),
)
RATES = (("新安班", 96.4), ("福海班", 95.6), ("西乡班", 95.1), ("松岗班", 94.8), ("燕罗班", 92.2), ("沙井班", 88.5))
WEEKS = (96.1, 95.4, 96.0, 94.8, 95.1, 94.2, 93.9, None, 93.0, 92.2, 91.8, 91.4)
AGES = (
    ("25 岁及以下", 31, "", "2"),
    ("26 至 30 岁", 88),
    ("31 至 35 岁", 124),
    ("36 至 40 岁", 94),
    ("41 岁及以上", 113, "", "2"),
)
MONTHS = (("5 月", 12), ("6 月", 31), ("7 月", 28), ("8 月", 9), ("9 月", 44), ("10 月", 52))


class SampleForm(CrispyMixin, forms.Form):
    name = forms.CharField(label="课次名称", max_length=60)
    kind = forms.ChoiceField(label="形式", choices=[("", "请选择"), ("lecture", "讲座"), ("visit", "现场教学")])
    day = forms.DateField(label="日期", widget=DateInput, help_text="只能选本期起止日期之间的一天")
    hours = forms.DecimalField(
        label="学时", max_digits=4, decimal_places=1, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    place = forms.CharField(label="地点", required=False)
    classes = forms.MultipleChoiceField(
        label="参加的班", choices=[(c, c) for c in CLASSES], widget=forms.CheckboxSelectMultiple
    )
    file = forms.FileField(label="课件", required=False)
    note = forms.CharField(label="说明", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    told = forms.BooleanField(label="保存后通知学员", required=False)


def sample_table(request):
    rows = []
    for number, name in enumerate(NAMES):
        kind, word, why = STATES[number % len(STATES)]
        rows.append(
            f'<tr><td class="pick"><label><input class="form-check-input" type="checkbox" name="pk" value="{number}"'
            f' aria-label="选择 {name}"></label></td>'
            f'<th scope="row"><a href="#">{name}</a></th><td data-label="学号">2601-{number:03}</td><td data-label="班">{CLASSES[number % 5]}</td>'
            f'<td class="num" data-label="出勤">{12 - number % 4} / 12</td><td class="num" data-label="学时">{33 + number}.0</td>'
            f'<td data-label="状态">{status_tag(kind, word)}</td><td class="muted small" data-label="原因">{why or "—"}</td></tr>'
        )
    head = [
        {"label": "姓名", "sort_url": "?sort=-name", "direction": "ascending"},
        {"label": "学号", "sort_url": "?sort=number"},
        {"label": "班"},
    ]
    head += [
        {"label": "出勤 / 应到", "number": True, "sort_url": "?sort=present"},
        {"label": "学时", "number": True},
        {"label": "状态"},
        {"label": "原因"},
    ]
    tabs = [
        ("全部", 450, False),
        ("需要关注", 15, True),
        ("班干部", 62, False),
        ("请假中", 5, False),
        ("资料不全", 12, False),
        ("已退出", 3, False),
    ]
    controls = (
        '<input class="form-control" type="search" name="q" aria-label="姓名、学号或单位" placeholder="姓名、学号或单位">'
        '<select class="form-select" name="class" aria-label="班"><option>班</option></select>'
        '<select class="form-select" name="kind" aria-label="类别"><option>类别</option></select>'
    )
    return SimpleNamespace(
        tab_links=[{"label": label, "count": count, "url": "?", "current": current} for label, count, current in tabs],
        controls=SafeString(controls),
        hidden=[], path=request.path, query="", personal=True, select=True, is_filtered=True, clear_url="?",
        chips=[{"label": "班", "value": "新安班", "url": "?"}],
        bulk=[SimpleNamespace(url="#", label="调整小组", icon="people"), SimpleNamespace(url="#", label="发通知", icon="bell")],
        head=head, body=SafeString("".join(rows)), count=450, first=1, last=15, page=1, pages=30, previous_url="", next_url="?page=2",
    )  # fmt: skip


def sample_user(request):
    role = request.GET.get("role", "organizer")
    words = {"organizer": "组织者", "trainee": "学员", "admin": "管理员"}.get(role, role)
    return SimpleNamespace(
        pk=0, name="何静姝", role_set=frozenset([role]), roles_in_words=words, is_authenticated=True,
        theme=request.GET.get("theme", "light"), text_size=request.GET.get("text", "normal"), language="zh-hans",
    )  # fmt: skip


def sample_job(state):
    done = {"done": 450, "running": 281}.get(state, 0)
    return SimpleNamespace(
        pk=state, title=f"导入名单 street-roster-450.xlsx（{state}）", state=state,
        get_state_display={"done": "已完成", "failed": "未完成"}.get(state, ""),
        is_finished=state in ("done", "failed"), done=done, total=450 if state != "queued" else 0, percent=done * 100 // 450,
        words={"running": "正在核对身份证号，第 3 步，共 6 步", "done": "新增 421 人，更新 25 人"}.get(state, ""),
        error="工作表“西乡”第 18 行起没有姓名列。什么都没有写入，请改好后再传一次。", result_url="#" if state == "done" else "",
        get_absolute_url="/kit/progress/", result_name="",
    )  # fmt: skip


@login_not_required
def start(request):
    return redirect("kit_guide", page=PAGES[0])


@login_not_required
def show(request, page):
    if page not in PAGES:
        raise Http404
    request.user = sample_user(request)
    form = SampleForm({"hours": "三"} if "wrong" in request.GET else None)
    if "toast" in request.GET:
        messages.success(request, "已为 3 人调整小组。", extra_tags="undo:/kit/")
    context = {
        "page": page, "form": form, "table": sample_table(request), "today": date(2026, 10, 27), "long_ago": date(2019, 3, 1),
        "cohort": SimpleNamespace(pk=1, name="2026 年第一期", program=SimpleNamespace(name="点燃学习计划")), "nav": "cohorts:trainee_list",
        "rates": RATES, "weeks": [(f"{n + 1}", value, f"{value}%") for n, value in enumerate(WEEKS)], "ages": AGES, "months": MONTHS,
        "jobs": [sample_job(state) for state in ("queued", "running", "done", "failed")], "steps": ["选择文件", "对应列名", "核对计划", "完成"],
        "figs": [
            {"name": "高管及技术骨干", "value": "52.4", "unit": "%", "of": "236 / 450 人", "missing": "未填 0", "url": "#"},
            {"name": "26 至 40 岁", "value": "68.0", "unit": "%", "of": "306 / 450 人", "missing": "未填 0", "url": "#"},
            {"name": "归国留学人员", "value": "9.8", "unit": "%", "of": "43 / 438 人", "missing": "未填 12", "url": "#"},
            {"name": "有问题", "value": "4", "unit": "行", "of": "3 行照下方选择导入，1 行跳过", "kind": "bad"},
        ],
        "names": NAMES,
        "submit_label": "发送给 37 人", "cancel_url": "/kit/", "facts": [("课次", "领导力工作坊（二）"), ("时间", "10 月 28 日 14:30")],
        "effects": ["37 人会收到手机通知", "通知里写明课次、时间和地点"], "spared": ["已请假的 5 人不会收到", "不会改动考勤"],
    }  # fmt: skip
    with translation.override(request.GET.get("language", "zh-hans")):
        return render(request, f"kit/guide/{page}.html", context)
