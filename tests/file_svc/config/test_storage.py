"""The storage's settings."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from file_svc.config.storage import storages


class TestStorages:
    def test_come_from_one_url(self) -> None:
        options = storages("https://key:se%2Fcret@s3.example.com:9000/shop")["default"]["OPTIONS"]

        assert options["endpoint_url"] == "https://s3.example.com:9000"
        assert (options["access_key"], options["secret_key"]) == ("key", "se/cret")
        assert options["bucket_name"] == "shop"

    @pytest.mark.parametrize(
        "url", ["http://host/bucket", "http://key:secret@host", "s3://key:secret@host/bucket", "x"]
    )
    def test_refuse_a_url_that_lacks_something(self, url: str) -> None:
        with pytest.raises(ImproperlyConfigured):
            storages(url)
