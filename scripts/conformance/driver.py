"""
Drives the official Python client against the emulator: `driver.py URL RELEASE FOLDER`. All its public methods and
properties are called, and what comes back is compared with what is there. FOLDER is for downloads.
"""

import itertools
import logging
import sys
import typing

if sys.version_info < (3, 12):
    # What the release 0.7.0 wants of Python 3.12.
    import typing_extensions

    typing.TypedDict = typing_extensions.TypedDict

    def batched(items, size):
        rest = iter(items)
        while batch := tuple(itertools.islice(rest, size)):
            yield batch

    if not hasattr(itertools, "batched"):
        itertools.batched = batched

import kalbio
from kalbio.client import KaleidoscopeClient

import both
from checks import Checks, Driven, Wire


class Context:
    """What the checks share."""

    def __init__(self, url, release, folder):
        self.url = url
        self.folder = folder
        self.is_new = release == "0.7.0"
        self.check = Checks(release)
        self.wire = Wire(url)
        self.client = self.connect()

    def connect(self, **options):
        return KaleidoscopeClient(**{"client_id": "demo", "client_secret": "demo", "url": self.url, **options})

    def forget(self):
        """Lets the client ask the server again."""
        if self.is_new:
            self.client.clear_caches()
            return
        for service in list(vars(self.client).values()):
            for member in vars(type(service)).values():
                if callable(getattr(member, "cache_clear", None)):
                    member.cache_clear()
        self.client.records.clear_record_caches()


def main(url, release, folder):
    # The release 0.2.3 logs and prints what fails, and goes on.
    logging.disable(logging.CRITICAL)
    context = Context(url, release, folder)
    with Driven(kalbio) as driven:
        both.run(context)
        if context.is_new:
            import newer

            newer.run(context)
    context.check.equal("every public method and property was called", driven.missing(), [])
    context.check.report()
    return 1 if context.check.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
