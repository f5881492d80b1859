"""What the figures of the platform mean to whoever looks after it. No clock, no database: figures in, findings out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from common.events.figures import QueueFigures
from common.topology import GATEWAY, SERVICES, Service
from gateway_svc.gateway.platform_figures import InstanceFigures, PlatformFigures, Queues, Standing

WELL, WARNING, BAD = "good", "waiting", "bad"

LATE_SECONDS = 30.0
"""A fact that was not sent for so long waits for something that is broken; the relay sends within a second."""
DEEP = 1000
"""So many messages are more than a moment's work."""
JUST_NOW = timedelta(minutes=5)
MOST_ERRORS = 12


@dataclass(frozen=True)
class Finding:
    """Something that somebody should see to, in words that end a sentence, and where that is done."""

    tone: str
    text: str
    path: str = ""


@dataclass(frozen=True)
class InstanceLine:
    """One process."""

    address: str
    is_up: bool
    version: str
    started_at: datetime | None
    milliseconds: float
    standing: Standing
    is_for_sockets: bool = False

    @property
    def state(self) -> str:
        """In a word, since no state is told by colour alone."""
        if not self.is_up:
            return "down"
        if self.standing.left_out_seconds:
            return "left out"
        return "up" if self.standing.is_ready else "not ready"

    @property
    def tone(self) -> str:
        """The same, in a colour."""
        return {"up": WELL, "down": BAD}.get(self.state, WARNING)

    @property
    def work(self) -> str:
        """What it does for the gateway that shows it."""
        now = f"{_count(self.standing.in_flight, 'WebSocket' if self.is_for_sockets else 'request')} now"
        return f"{now}, {self.standing.latency_seconds * 1000:.0f} ms lately" if self.standing.latency_seconds else now


@dataclass(frozen=True)
class QueueLine:
    """One queue, and whether anybody takes from it."""

    name: str
    figures: QueueFigures | None


@dataclass(frozen=True)
class LastError:
    """The last time that something went wrong, as far as it is told here; the rest is in the log."""

    service: str
    at: datetime
    message: str
    error: str
    where: str
    request_id: str


@dataclass(frozen=True)
class ServiceBoard:
    """One service."""

    service: Service
    instances: list[InstanceLine]
    queues: list[QueueLine]
    is_spared: bool
    """Nobody asks it for a while, since it fails."""
    are_sockets_spared: bool
    """Nobody opens a WebSocket there, for the same reason."""
    is_broker_up: bool
    is_database_up: bool
    unsent: int | None
    oldest: str
    dead: int | None
    findings: list[Finding]

    @property
    def name(self) -> str:
        """What people call it."""
        return self.service.admin_name

    @property
    def is_behind_the_gateway(self) -> bool:
        """It is asked by the gateway, as all but the gateway are."""
        return self.service is not GATEWAY

    @property
    def has_sockets(self) -> bool:
        """It has WebSockets as well."""
        return bool(self.service.socket_prefixes)

    @property
    def tone(self) -> str:
        """The worst of what was found."""
        return _worst(self.findings)

    @property
    def state(self) -> str:
        """In a word, since no state is told by colour alone."""
        return {WELL: "well", WARNING: "to be seen to", BAD: "not well"}[self.tone]

    @property
    def dead_letters_path(self) -> str:
        """Where those are read and tried again."""
        return f"{self.service.admin_path}dead-letters/"

    @property
    def outbox_path(self) -> str:
        """Where what was not sent is listed."""
        return f"{self.service.admin_path}events/outboxmessage/?state=unsent"


@dataclass(frozen=True)
class Board:
    """All of it, and whether it is well."""

    services: list[ServiceBoard]
    errors: list[LastError]
    findings: list[Finding]

    @property
    def tone(self) -> str:
        """The worst of what was found."""
        return _worst(self.findings)

    @property
    def sentence(self) -> str:
        """Is it well?"""
        if not self.findings:
            return f"All is well: {_count(len(self.services), 'service')} answer, and nothing waits for you."
        opening = "Not all is well" if self.tone == BAD else "It works, but something waits for you"
        return f"{opening}: {'; '.join(finding.text for finding in self.findings)}."


def board_of(figures: PlatformFigures, *, now: datetime) -> Board:
    """What all that was gathered means at this moment."""
    errors = sorted(_errors(figures.instances), key=lambda error: error.at, reverse=True)
    services = [_service_board(service, figures, errors, now=now) for service in SERVICES]
    findings = [finding for board in services for finding in board.findings]
    if figures.queues is None:
        findings.insert(0, Finding(BAD, "the broker does not answer"))
    findings.sort(key=lambda finding: finding.tone != BAD)
    return Board(services, errors[:MOST_ERRORS], findings)


def span(seconds: float) -> str:
    """``3 minutes``: as exactly as people say it."""
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            return _count(int(seconds // size), unit)
    return _count(int(seconds), "second")


def _service_board(
    service: Service, figures: PlatformFigures, errors: list[LastError], *, now: datetime
) -> ServiceBoard:
    asked = [each for each in figures.instances if each.service == service.name]
    told = _newest_told([each for each in asked if not each.is_for_sockets])
    outbox = told.get("outbox") or {}
    dead = _dead(service, told, figures.queues)
    board = ServiceBoard(
        service=service,
        instances=[_instance_line(each) for each in asked],
        queues=[_queue_line(service, kind, figures.queues) for kind in ("facts", "work")],
        is_spared=service.name in figures.spared,
        are_sockets_spared=service.name in figures.sockets_spared,
        is_broker_up=figures.queues is not None,
        is_database_up=bool(told.get("outbox")),
        unsent=outbox.get("unsent"),
        oldest=span(outbox["oldest_seconds"]) if outbox.get("unsent") else "",
        dead=dead,
        findings=[],
    )
    lately = [error for error in errors if error.service == service.name and now - error.at < JUST_NOW]
    board.findings.extend(_findings(board, late_seconds=outbox.get("oldest_seconds") or 0.0, lately=len(lately)))
    return board


def _findings(board: ServiceBoard, *, late_seconds: float, lately: int) -> Iterator[Finding]:
    yield from _findings_of_instances(board)
    for queue in board.queues:
        yield from _findings_of_queue(queue)
    if board.unsent and late_seconds > LATE_SECONDS:
        waited = f"{_count(board.unsent, 'fact')} of {board.name} waited up to {board.oldest}"
        yield Finding(BAD, waited, board.outbox_path)
    if board.dead:
        yield Finding(WARNING, f"{_count(board.dead, 'dead letter')} in {board.name}", board.dead_letters_path)
    if lately:
        yield Finding(WARNING, f"{_count(lately, 'error')} in {board.name} just now", "#errors")


def _findings_of_instances(board: ServiceBoard) -> Iterator[Finding]:
    name, path = board.name, board.service.admin_path
    asked = [each for each in board.instances if not each.is_for_sockets]
    yield from _findings_of_some(name, asked, path, is_spared=board.is_spared)
    if any(each.is_up for each in asked) and not board.is_database_up:
        yield Finding(BAD, f"the database of {name} does not answer")
    if board.has_sockets:
        sockets = [each for each in board.instances if each.is_for_sockets]
        yield from _findings_of_some(f"the live feed of {name}", sockets, path, is_spared=board.are_sockets_spared)


def _findings_of_some(name: str, instances: list[InstanceLine], path: str, *, is_spared: bool) -> Iterator[Finding]:
    down = [each for each in instances if not each.is_up]
    left_out = [each for each in instances if each.tone == WARNING]
    if len(down) == len(instances):
        yield Finding(BAD, f"{name} does not answer")
    elif down:
        yield Finding(WARNING, f"{_count(len(down), 'instance')} of {name} gives no answer", path)
    if is_spared:
        yield Finding(BAD, f"{name} fails, and is left alone for a while")
    if left_out:
        yield Finding(WARNING, f"{_count(len(left_out), 'instance')} of {name} gets no requests", path)


def _findings_of_queue(queue: QueueLine) -> Iterator[Finding]:
    if queue.figures is None:
        return
    if not queue.figures.consumers:
        yield Finding(BAD, f"nobody takes from {queue.name}")
    elif queue.figures.depth >= DEEP:
        yield Finding(WARNING, f"{_count(queue.figures.depth, 'message')} wait in {queue.name}")


def _newest_told(asked: list[InstanceFigures]) -> dict[str, Any]:
    """The instances of a service share its database; whichever could read it tells for all."""
    told = [each.figures for each in asked if each.figures]
    return next((each for each in told if each.get("outbox")), told[0] if told else {})


def _dead(service: Service, told: dict[str, Any], queues: Queues | None) -> int | None:
    """As many as lie in the queue; what failed and was not handled since, while the broker is away."""
    found = queues.get(service.dead_queue) if queues else None
    return found.depth if found else told.get("dead_letters")


def _instance_line(asked: InstanceFigures) -> InstanceLine:
    told = asked.figures or {}
    # It is this process that shows the page, so it is up, whatever its database says.
    is_up = bool(told) or asked.service == GATEWAY.name
    return InstanceLine(
        address=asked.address or "this one",
        is_up=is_up,
        version=str(told.get("version", "")),
        started_at=datetime.fromisoformat(told["started_at"]) if told.get("started_at") else None,
        milliseconds=asked.milliseconds,
        standing=asked.standing,
        is_for_sockets=asked.is_for_sockets,
    )


def _queue_line(service: Service, kind: str, queues: Queues | None) -> QueueLine:
    name = f"{service.name}.{kind}"
    return QueueLine(name, queues.get(name) if queues else None)


def _errors(instances: list[InstanceFigures]) -> Iterator[LastError]:
    for instance in instances:
        for told in (instance.figures or {}).get("last_errors") or ():
            yield LastError(
                service=instance.service,
                at=datetime.fromisoformat(told["at"]),
                message=told["message"],
                error=told["error"] or "",
                where=told["where"] or "",
                request_id=told["request_id"] or "",
            )


def _worst(findings: list[Finding]) -> str:
    tones = {finding.tone for finding in findings}
    return BAD if BAD in tones else WARNING if tones else WELL


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
