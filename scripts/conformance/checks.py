"""Checks that are counted by name, a reader that does not use the client, and what of the client was driven."""

import contextlib
import enum
import importlib
import inspect
import json
import os
import pkgutil
import sys
import urllib.parse
import urllib.request


def is_ours(entry):
    return os.path.dirname(entry.filename) == os.path.dirname(__file__)


class Checks:
    """Each check has a name. A group that breaks off is a failed check of its own."""

    def __init__(self, release):
        self.release = release
        self.count = 0
        self.failed = []

    def that(self, name, holds, told=""):
        self.count += 1
        if not holds:
            self.failed.append(name)
            print(f"{self.release}: FAILED {name}{': ' if told else ''}{told}", flush=True)

    def equal(self, name, actual, expected):
        self.that(name, actual == expected, f"is {actual!r:.400}, not {expected!r:.400}")

    def same_members(self, name, actual, expected):
        self.equal(name, sorted(actual), sorted(expected))

    def raises(self, name, kind, action):
        """The error that the action ends with, if it is of this kind."""
        try:
            result = action()
        except kind as error:
            self.that(name, True)
            return error
        except Exception as error:
            self.that(name, False, f"raised {error!r:.300}, not {kind.__name__}")
        else:
            self.that(name, False, f"gave {result!r:.300}, and no {kind.__name__}")
        return None

    @contextlib.contextmanager
    def group(self, name):
        try:
            yield
        except Exception as error:
            line = next(entry.lineno for entry in reversed(inspect.trace()) if entry.filename != __file__ and is_ours(entry))
            self.that(f"{name}: all of it is carried out", False, f"at line {line}: {error!r:.500}")
        else:
            self.that(f"{name}: all of it is carried out", True)

    def report(self):
        print(f"{self.release}: {self.count} checks, {len(self.failed)} failed", flush=True)


class Wire:
    """Reads and writes without the client, to see what is there and not what the client remembers."""

    def __init__(self, url):
        self.url = url
        form = b"grant_type=client_credentials&client_id=demo&client_secret=demo"
        with urllib.request.urlopen(f"{url}/auth/oauth/token", data=form, timeout=30) as answer:
            self.token = json.load(answer)["access_token"]

    def _open(self, method, path, query, body):
        suffix = f"?{urllib.parse.urlencode(query)}" if query else ""
        request = urllib.request.Request(self.url + path + suffix, method=method)
        request.add_header("X-Kal-Authorization", f"Bearer {self.token}")
        if body is not None:
            request.add_header("Content-Type", "application/json")
            request.data = json.dumps(body).encode()
        return urllib.request.urlopen(request, timeout=30)

    def get(self, path, **query):
        with self._open("GET", path, query, None) as answer:
            return json.load(answer)

    def bytes(self, path, **query):
        with self._open("GET", path, query, None) as answer:
            return answer.read()

    def send(self, method, path, body):
        with self._open(method, path, {}, body) as answer:
            return json.load(answer)

    def one(self, path, **having):
        """The one thing of a list that has these values."""
        found = [item for item in self.get(path) if all(item[name] == value for name, value in having.items())]
        if len(found) != 1:
            raise LookupError(f"{len(found)} of {path} have {having}")
        return found[0]


def _code_of(member):
    """The code that runs when a method is called or a property is read, under what decorates it."""
    if isinstance(member, (staticmethod, classmethod)):
        member = member.__func__
    for name in ("fget", "func"):
        member = getattr(member, name, None) or member
    member = inspect.unwrap(member) if callable(member) else member
    return getattr(member, "__code__", None)


class Driven:
    """Which public methods and properties of the client's package were called."""

    def __init__(self, package):
        self.package = package
        self.codes = set()

    def __enter__(self):
        sys.setprofile(self._note)
        return self

    def __exit__(self, *_):
        sys.setprofile(None)

    def _note(self, frame, event, _):
        if event == "call":
            self.codes.add(frame.f_code)

    def missing(self):
        """Those that were not called, by name."""
        names = []
        for module in pkgutil.iter_modules(self.package.__path__):
            name = f"{self.package.__name__}.{module.name}"
            if module.name.startswith("_") and module.name != "_kaleidoscope_model":
                continue
            for owner_name, owner in vars(importlib.import_module(name)).items():
                if getattr(owner, "__module__", None) != name:
                    continue
                if inspect.isfunction(owner) and not owner_name.startswith("_"):
                    names += [] if owner.__code__ in self.codes else [owner_name]
                elif inspect.isclass(owner) and not issubclass(owner, (enum.Enum, dict, BaseException)):
                    for member_name, member in vars(owner).items():
                        if member_name.startswith("_") and member_name not in ("__eq__", "__hash__"):
                            continue
                        code = _code_of(member)
                        if code is not None and code not in self.codes and self.package.__name__ in code.co_filename:
                            names.append(f"{owner_name}.{member_name}")
        return names

