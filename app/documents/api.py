"""Everything another module may call in documents. It hands out values; only this module changes documents."""

from app.documents.acts.accounts import Account, AgreedPrice
from app.documents.acts.drafts import ActDraft
from app.documents.acts.pricing import AgreedWork, WorkDone, WorkLeft, works_left
from app.documents.acts.queries import (
    find_done,
    has_signed_act,
    has_unsigned_act,
    signed_acts_of_visit,
    sum_signed,
)
from app.documents.acts.routes import pdf_response
from app.documents.acts.schemas import ActOut
from app.documents.acts.service import (
    ActAlreadySigned,
    ActNotFound,
    ActNotPresented,
    DocumentDamaged,
    get_act,
    present_act,
    refuse_act,
)
from app.documents.acts.showing import show_acts_on_phone
from app.documents.brand import Brand
from app.documents.check.sealed import find_changed_acts
from app.documents.codes import ACT_CODE_LENGTH, draw_code, read_code
from app.documents.content.act import MEASURED, Logo, Member, Parties, Product, Requisites
from app.documents.content.ink import NoSignature, hash_ink
from app.documents.content.invoice import FORMAT as INVOICE_FORMAT
from app.documents.content.invoice import Bank, InvoiceContent, InvoiceLine, invoice_of
from app.documents.content.stored import StoredAct
from app.documents.guesses import GUESSES, Guesses, looking_up
from app.documents.pages import COMPRESSED, chosen_lang, chosen_query, page, page_lang, refusals_as_pages
from app.documents.passports.schemas import PassportOut
from app.documents.passports.service import find_product_of_tag
from app.documents.payment_code import payment_code
from app.documents.presence.service import follow_presence, has_visit_signed_act
from app.documents.price_list.queries import find_offered_works
from app.documents.price_list.schemas import WorkItemOut
from app.documents.price_list.service import find_priced_works
from app.documents.price_list.values import PricedWork
from app.documents.printing.estimate import EstimatePaper, EstimatePaperLine, print_estimate
from app.documents.printing.invoice import InvoicePaper, print_invoice
from app.documents.signing.service import (
    ActChanged,
    Drawing,
    SignatureUsed,
    SignedAct,
    Signing,
    get_signed_act,
    sign_act,
)

__all__ = [
    "ACT_CODE_LENGTH",
    "COMPRESSED",
    "GUESSES",
    "INVOICE_FORMAT",
    "MEASURED",
    "Account",
    "ActAlreadySigned",
    "ActChanged",
    "ActDraft",
    "ActNotFound",
    "ActNotPresented",
    "ActOut",
    "AgreedPrice",
    "AgreedWork",
    "Bank",
    "Brand",
    "DocumentDamaged",
    "Drawing",
    "EstimatePaper",
    "EstimatePaperLine",
    "Guesses",
    "InvoiceContent",
    "InvoiceLine",
    "InvoicePaper",
    "Logo",
    "Member",
    "NoSignature",
    "Parties",
    "PassportOut",
    "PricedWork",
    "Product",
    "Requisites",
    "SignatureUsed",
    "SignedAct",
    "Signing",
    "StoredAct",
    "WorkDone",
    "WorkItemOut",
    "WorkLeft",
    "chosen_lang",
    "chosen_query",
    "draw_code",
    "find_changed_acts",
    "find_done",
    "find_offered_works",
    "find_priced_works",
    "find_product_of_tag",
    "follow_presence",
    "get_act",
    "get_signed_act",
    "has_signed_act",
    "has_unsigned_act",
    "has_visit_signed_act",
    "hash_ink",
    "invoice_of",
    "looking_up",
    "page",
    "page_lang",
    "payment_code",
    "pdf_response",
    "present_act",
    "print_estimate",
    "print_invoice",
    "read_code",
    "refusals_as_pages",
    "refuse_act",
    "show_acts_on_phone",
    "sign_act",
    "signed_acts_of_visit",
    "sum_signed",
    "works_left",
]
