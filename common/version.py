"""Which release of OpenCommerce this is."""

VERSION = "0.1.0"
