"""Everything a phone can command. `field/commands/kinds.py` says how a kind is made."""

from typing import Any

from app.field.acts.commands import PRESENT_ACT, REFUSE_ACT, SIGN_ACT
from app.field.attachments.commands import DECLARE_ATTACHMENT
from app.field.chat.commands import READ_CHAT, SEND_CHAT_MESSAGE
from app.field.commands.kinds import Kind
from app.field.forms.commands import ANSWER_FORM
from app.field.materials.commands import USE_MATERIALS
from app.field.measurements.commands import SUBMIT_MEASUREMENT
from app.field.payments.commands import TAKE_PAYMENT
from app.field.presence.commands import RECORD_PRESENCE
from app.field.privacy.commands import (
    END_PRIVATE_TIME,
    GIVE_TRACKING_CONSENT,
    START_PRIVATE_TIME,
    WITHDRAW_TRACKING_CONSENT,
)
from app.field.signals.commands import ANSWER_SIGNAL
from app.field.site_access.commands import UPDATE_SITE_ACCESS
from app.field.tags.commands import SCAN_TAG
from app.field.timesheet.commands import COMMENT_TIME_CORRECTION
from app.field.work.commands import (
    ACCEPT_VISIT,
    ARRIVE_AT_VISIT,
    COMPLETE_VISIT,
    DECLINE_VISIT,
    DEPART_FOR_VISIT,
    NOT_COMPLETE_VISIT,
    PAUSE_VISIT,
    RESUME_VISIT,
    START_VISIT,
)

KINDS: dict[str, Kind[Any, Any]] = {
    "accept_visit": ACCEPT_VISIT,
    "answer_form": ANSWER_FORM,
    "answer_signal": ANSWER_SIGNAL,
    "arrive_at_visit": ARRIVE_AT_VISIT,
    "comment_time_correction": COMMENT_TIME_CORRECTION,
    "complete_visit": COMPLETE_VISIT,
    "declare_attachment": DECLARE_ATTACHMENT,
    "decline_visit": DECLINE_VISIT,
    "depart_for_visit": DEPART_FOR_VISIT,
    "end_private_time": END_PRIVATE_TIME,
    "give_tracking_consent": GIVE_TRACKING_CONSENT,
    "not_complete_visit": NOT_COMPLETE_VISIT,
    "pause_visit": PAUSE_VISIT,
    "present_act": PRESENT_ACT,
    "read_chat": READ_CHAT,
    "record_presence": RECORD_PRESENCE,
    "refuse_act": REFUSE_ACT,
    "resume_visit": RESUME_VISIT,
    "scan_tag": SCAN_TAG,
    "send_chat_message": SEND_CHAT_MESSAGE,
    "sign_act": SIGN_ACT,
    "start_private_time": START_PRIVATE_TIME,
    "start_visit": START_VISIT,
    "submit_measurement": SUBMIT_MEASUREMENT,
    "take_payment": TAKE_PAYMENT,
    "update_site_access": UPDATE_SITE_ACCESS,
    "use_materials": USE_MATERIALS,
    "withdraw_tracking_consent": WITHDRAW_TRACKING_CONSENT,
}
"""By name. Each runs by its own route and in the batch of a phone, and the ledger keeps its verdict."""
