"""Everything another module may call in documents."""

from app.documents.acts.content import (
    MEASURED,
    ActContent,
    ActDraft,
    Logo,
    Member,
    Product,
    Requisites,
    WorkDone,
)
from app.documents.acts.schemas import ActOut
from app.documents.acts.service import (
    Drawing,
    SignedAct,
    Signing,
    get_act,
    present_act,
    refuse_act,
    sign_act,
)
from app.documents.models import Act, ActStatus, Passport
from app.documents.passports.schemas import PassportOut
from app.documents.price_list.service import create_default_work_items

__all__ = [
    "MEASURED",
    "Act",
    "ActContent",
    "ActDraft",
    "ActOut",
    "ActStatus",
    "Drawing",
    "Logo",
    "Member",
    "Passport",
    "PassportOut",
    "Product",
    "Requisites",
    "SignedAct",
    "Signing",
    "WorkDone",
    "create_default_work_items",
    "get_act",
    "present_act",
    "refuse_act",
    "sign_act",
]
