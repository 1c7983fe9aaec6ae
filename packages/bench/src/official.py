"""
Does one job with the official Python client, its caches off, and prints what it took:
`official.py TASK AGAIN INPUT`.
"""

import itertools
import json
import resource
import sys
import time
import typing

if sys.version_info < (3, 12):
    # The functions of Python 3.12 that the release 0.7.0 uses.
    import typing_extensions

    typing.TypedDict = typing_extensions.TypedDict

    def batched(items, size):
        rest = iter(items)
        while batch := tuple(itertools.islice(rest, size)):
            yield batch

    itertools.batched = batched

from concurrent.futures import ThreadPoolExecutor

from kalbio.client import KaleidoscopeClient


def identifier(kind, nth):
    return f"{kind:08x}-{nth >> 16:04x}-4000-8000-{(nth * 2654435761) % 2**32:08x}{nth % 2**16:04x}"


LARGE, FIELD, SMALL = 1, 3, 8


def row(nth):
    return {
        "Compound ID": f"EK-{nth}",
        "Molecular weight": 300 + (nth % 2000) / 10,
        "IC50": (nth % 10_000) / 10,
        "Purity": 90 + (nth % 10),
        "Amount": nth % 50,
        "Wells": 384,
        "Notes": f"row {nth} of the table",
        "Registered on": "2026-03-01",
        "Selective": nth % 2 == 0,
        "Solubility": "<0.5",
    }


def last_of(record):
    at = record.record_values[identifier(FIELD, 23)][0].created_at
    return f"{record.record_identifier} {int(at.timestamp() * 1000)}"


def records(client, size, **_):
    ids = [identifier(LARGE, nth) for nth in range(size)]

    def run():
        found = client.records.get_records_by_ids(ids, use_cache=False)
        return len(found), last_of(found[-1])

    return run


def gets(client, size, **_):
    ids = [identifier(SMALL, nth) for nth in range(size)]

    def get(one):
        return client.records.get_record_by_id(one, use_cache=False)

    def run():
        with ThreadPoolExecutor(8) as pool:
            found = list(pool.map(get, ids))
        return len(found), found[-1].record_identifier

    return run


def labels(client, size, **_):
    def run():
        count = 0
        for _ in range(size):
            found = client.labels.get_labels(use_cache=False)
            count += len(found)
        return count, found[-1].label_name

    return run


def activities(client, size, **_):
    def run():
        found = client.activities.get_activities(use_cache=False)
        return len(found), found[-1].title

    return run


def push(client, size, **_):
    data = [row(nth) for nth in range(size)]

    def run():
        return 1, client.imports.push_data(["Compound ID"], data).split("-")[0]

    return run


def export(client, size, directory, blocks, last_line):
    def run():
        path = client.exports.pull_data(f"{blocks}.csv", "an-entity-type", directory)
        with open(path, "rb") as file:
            length = file.seek(0, 2)
            file.seek(length - last_line)
            return length, file.read().decode()

    return run


def upload(client, size, directory, **_):
    def run():
        with open(f"{directory}/upload-{size}.bin", "rb") as file:
            value = client.records.create_record_value_file(
                identifier(SMALL, 0), "field", "upload.bin", file, "application/octet-stream"
            )
        return 1, value.content

    return run


def import_rows(client, size, **_):
    data = [row(nth) for nth in range(size)]

    def run():
        name = client.imports.push_data(["Compound ID"], data)
        while not (found := client.imports.get_import(name)).is_complete:
            time.sleep(0.05)
        return found.import_result.validation_result.successful, f"EK-{size - 1}"

    return run


TASKS = {
    "records": records,
    "gets": gets,
    "labels": labels,
    "start": labels,
    "activities": activities,
    "push": push,
    "export": export,
    "upload": upload,
    "import": import_rows,
}


def peak():
    try:
        with open("/proc/self/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmHWM")) / 1024
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 1024 / (1024 if sys.platform == "darwin" else 1)


def main(task, again, text):
    given = json.loads(text)
    client = KaleidoscopeClient(client_id="demo", client_secret="demo", url=given.pop("url"))
    run = TASKS[task](client, **given)
    rest = peak()
    cpu = 0 if task == "start" else time.process_time()
    begin = time.perf_counter()
    count, last = run()
    end = time.perf_counter()
    outcome = {
        "ms": (end - begin) * 1000,
        "ended": time.time() * 1000,
        "cpu": (time.process_time() - cpu) * 1000,
        "rest": rest,
        "peak": peak(),
        "proof": {"count": count, "last": last},
        "again": [],
    }
    for _ in range(int(again)):
        begin = time.perf_counter()
        run()
        outcome["again"].append((time.perf_counter() - begin) * 1000)
    print(json.dumps(outcome))


if __name__ == "__main__":
    main(*sys.argv[1:])
