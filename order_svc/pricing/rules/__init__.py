"""From lines to a total, step by step: lines, discounts, shipping, tax, rounding."""

from order_svc.pricing.rules.discounts import DiscountRule
from order_svc.pricing.rules.lines import Line
from order_svc.pricing.rules.parts import Part, Sum
from order_svc.pricing.rules.rounding import NearestMultiple, RoundingRule
from order_svc.pricing.rules.shipping import FlatRate, ShippingRule
from order_svc.pricing.rules.tax import PercentByCountry, Taxable, TaxRule
from order_svc.pricing.rules.totals import Policy, Totals, total_of

__all__ = [
    "DiscountRule",
    "FlatRate",
    "Line",
    "NearestMultiple",
    "Part",
    "PercentByCountry",
    "Policy",
    "RoundingRule",
    "ShippingRule",
    "Sum",
    "TaxRule",
    "Taxable",
    "Totals",
    "total_of",
]
