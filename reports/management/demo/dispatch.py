"""Dispatch meetings in the demo: one that was held, with actions in every state, and the next one, whose pack opens with what is open."""

from datetime import date, timedelta

from accounts.models import User
from cohorts.models import Cohort
from placements.models import DispatchAction
from placements.services.dispatch import add_action, close_action, plan_meeting
from reports.services import hold_dispatch

MINUTES = "各驻点情况通报：住宿总体稳定，两家企业反映班车时间不便。\n会议确定：走访逾期的企业本月补走，日志批阅不超过三天，招商线索逐条明确跟进人。"


def dispatch(cohort: Cohort, *, by: User, today: date) -> None:
    held = plan_meeting(cohort, held_on=today - timedelta(days=32), place="视频会议")
    late, soon = today - timedelta(days=3), today + timedelta(days=4)
    add_action(held, text="与两家企业协调班车时间", owner=by, due_on=late)
    add_action(held, text="为线索“南岭光学”约园区看厂房", owner=by, due_on=soon)
    done = add_action(held, text="补走访两家驻点企业", owner=by, due_on=soon)
    dropped = add_action(held, text="统一制作工牌", owner=by, due_on=soon)
    close_action(done, state=DispatchAction.State.DONE, result="上周已走访，记录已上传。", by=by)
    close_action(dropped, state=DispatchAction.State.DROPPED, result="企业自行配发，不再办理。", by=by)
    hold_dispatch(held, minutes=MINUTES, by=by)
    upcoming = plan_meeting(cohort, held_on=today + timedelta(days=1), place="视频会议")
    add_action(upcoming, text="准备结业考核方案", owner=by, due_on=upcoming.held_on + timedelta(days=10))
