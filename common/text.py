"""What people write, as far as its characters go."""

import unicodedata

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = frozenset("\u200c\u200d")  # invisible by themselves, but names in Persian or Hindi are spelled with them


def has_hidden_characters(text: str, *, but: str = "") -> bool:
    """Whether there is something that no eye sees: a control character, a change of the writing direction.

    ``but`` are those that are welcome all the same, such as line breaks.
    """
    return any(_is_hidden(char) and char not in but for char in text)


def _is_hidden(char: str) -> bool:
    return unicodedata.category(char) in _HIDDEN_CATEGORIES and char not in _JOINERS
