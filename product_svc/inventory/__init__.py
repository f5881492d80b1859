"""Stock by SKU: on hand, and reserved for orders."""
