"""The published language: every fact that one service tells the others, as data."""

from common.contracts.browsers import BrowserSignedOut
from common.contracts.contract import Contract, Fact, UnreadableFact, all_contracts
from common.contracts.files import FileDeleted, FileStored
from common.contracts.inventory import Shortage, StockChanged, StockLow, StockRejected, StockReserved
from common.contracts.notifications import PeopleTold, Telling
from common.contracts.orders import (
    OrderCancelled,
    OrderConfirmed,
    OrderDelivered,
    OrderLine,
    OrderPlaced,
    OrderRefunded,
    OrderShipped,
)
from common.contracts.payments import PaymentReported, RefundRequested
from common.contracts.products import ProductChanged, ProductVariant, ShowingChanged
from common.contracts.reviews import ReviewPosted
from common.contracts.users import (
    CredentialsChanged,
    EmailVerificationRequested,
    PasswordResetRequested,
    ProfileChanged,
    SellerChanged,
    SessionEnded,
    UserRegistered,
)

__all__ = [
    "BrowserSignedOut",
    "Contract",
    "CredentialsChanged",
    "EmailVerificationRequested",
    "Fact",
    "FileDeleted",
    "FileStored",
    "OrderCancelled",
    "OrderConfirmed",
    "OrderDelivered",
    "OrderLine",
    "OrderPlaced",
    "OrderRefunded",
    "OrderShipped",
    "PasswordResetRequested",
    "PaymentReported",
    "PeopleTold",
    "ProductChanged",
    "ProductVariant",
    "ProfileChanged",
    "RefundRequested",
    "ReviewPosted",
    "SellerChanged",
    "SessionEnded",
    "Shortage",
    "ShowingChanged",
    "StockChanged",
    "StockLow",
    "StockRejected",
    "StockReserved",
    "Telling",
    "UnreadableFact",
    "UserRegistered",
    "all_contracts",
]
