"""What notifications refuse."""

from common.errors import DomainError


class TicketsUnavailable(DomainError):
    """No ticket can be given at the moment; please try again."""

    code = "unavailable"
    status = 503


class TicketRefused(DomainError):
    """The ticket is unknown, used or expired."""

    code = "ticket_refused"
    status = 401


class AlreadySent(DomainError):
    """The letter has left already."""

    code = "already_sent"
    status = 409
