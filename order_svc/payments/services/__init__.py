"""What is done with payments, one module for each topic. Nothing here decides what happens to an order."""

from order_svc.payments.adapters.provider import Charge, ChargeState, ForgedNotice, ProviderUnavailable
from order_svc.payments.errors import NothingDue, UnknownProvider
from order_svc.payments.models import OpenReport, Payment
from order_svc.payments.services.asking import authorise, capture, for_somebody, look_up, refund, void
from order_svc.payments.services.claiming import claim_cut_off, claim_refunds, claim_reports
from order_svc.payments.services.comparing import compare_charges
from order_svc.payments.services.notices import forget_old_notices, receive_notice
from order_svc.payments.services.recording import (
    open_payment,
    record,
    record_failed_refund,
    record_loss,
    record_part,
    record_refund,
    request_refund,
    start,
    withdraw,
)
from order_svc.payments.services.reports import close_report, keep_report
from order_svc.payments.services.standing import show_comparisons
from order_svc.payments.services.strays import (
    keep_stray_charge,
    send_back_stray_charge,
    send_back_stray_charges,
)

__all__ = [
    "Charge",
    "ChargeState",
    "ForgedNotice",
    "NothingDue",
    "OpenReport",
    "Payment",
    "ProviderUnavailable",
    "UnknownProvider",
    "authorise",
    "capture",
    "claim_cut_off",
    "claim_refunds",
    "claim_reports",
    "close_report",
    "compare_charges",
    "for_somebody",
    "forget_old_notices",
    "keep_report",
    "keep_stray_charge",
    "look_up",
    "open_payment",
    "receive_notice",
    "record",
    "record_failed_refund",
    "record_loss",
    "record_part",
    "record_refund",
    "refund",
    "request_refund",
    "send_back_stray_charge",
    "send_back_stray_charges",
    "show_comparisons",
    "start",
    "void",
    "withdraw",
]
