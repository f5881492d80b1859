"""What is refused about files, by name."""

from common.errors import DomainError


class TooLarge(DomainError):
    """The upload is larger than is allowed."""

    code = "too_large"
    status = 413


class LengthRequired(DomainError):
    """An upload says how long it is: send a Content-Length."""

    code = "length_required"
    status = 411


class UnsupportedType(DomainError):
    """This kind of file is not taken for this purpose; what counts is the content, not the name."""

    code = "unsupported_type"
    status = 415


class PictureTooLarge(DomainError):
    """The picture has too many pixels."""

    code = "picture_too_large"
    status = 400


class BrokenPicture(DomainError):
    """The picture cannot be read."""

    code = "broken_picture"
    status = 400


class InvalidLink(DomainError):
    """The link does not open this; ask for the file again to get a new one."""

    code = "invalid_link"
    status = 403


class RangeNotSatisfiable(DomainError):
    """The range lies beyond the end of the file."""

    code = "range_not_satisfiable"
    status = 416

    def __init__(self, *, size: int) -> None:
        super().__init__(size=size)
        self.size = size


class StorageUnavailable(DomainError):
    """The file storage is out of reach for a moment; please try again."""

    code = "unavailable"
    status = 503
