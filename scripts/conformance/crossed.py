"""
Drives the official client on one side of a registration by table, and the SDK on the other: `crossed.py URL WAY PORT
SECRET`. With the ways `webhook` and `polling` the client is the scientist and the SDK the registrar, with `table` it is the
reverse. What the SDK prints is the input.
"""

import json
import logging
import sys
import threading
import time
import urllib.error
import urllib.request

from driver import Context

from both import import_done
from checks import Checks
from kalbio.registration import RegistrationFileStatusEnum, RegistrationResultStatusEnum

OPEN = ("pending", "submitted")


def post(port, body, secret):
    """The status of the response to a webhook."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/webhooks", data=json.dumps(body).encode(), method="POST")
    request.add_header("Content-Type", "application/json")
    request.add_header("X-Webhook-Secret", secret)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status
    except urllib.error.HTTPError as error:
        return error.code


def scientist(context, activity, webhooks):
    check, client, wire = context.check, context.client, context.wire
    it = client.registration
    check.equal("the registrar starts", sys.stdin.readline().strip(), "ready")

    def drafts():
        return wire.one("/activities", id=activity.id)["data_table_draft_record_ids"]

    def stage(rows):
        before = drafts()
        import_done(context, it.stage_drafts(activity.id, ["Compound ID"], rows))
        return [draft for draft in drafts() if draft not in before]

    def ended(submission):
        """A submission, as the client reads it, once the registrar has ended it."""
        for _ in range(300):
            context.forget()
            found = next(one for one in it.get_registration_submissions(activity.id) if one.id == submission.id)
            if found.status not in OPEN:
                return found
            time.sleep(0.1)
        raise TimeoutError(f"the submission {submission.id} does not end")

    def verdicts():
        context.forget()
        return {one.record_id: (one.status, one.message) for one in it.get_draft_statuses(activity.id)}

    def number(name):
        context.forget()
        return client.records.get_record_by_id({"Compound ID": name})

    first, second, third = stage([
        {"Compound ID": "EK-9001", "SMILES": "CCO"},
        {"Compound ID": "EK-9002", "SMILES": "OO"},
        {"Compound ID": "EK-9003", "SMILES": "CCN"}
    ])
    validation = ended(it.validate_drafts(activity.id))
    check.equal("the registrar validates what the client staged", (validation.status, validation.message), (
        "validation_failed", "2 of 3 drafts were valid."
    ))
    check.equal("the client reads the verdicts", verdicts(), {
        first: ("validated", None), second: ("validation_failed", "OO has no carbon."), third: ("validated", None)
    })
    check.equal("the client reads the errors", [
        (one.source_record_id, one.error_message) for one in validation.record_errors
    ], [(second, "OO has no carbon.")])
    check.equal("a validation registers nothing", drafts(), [first, second, third])

    submission = it.submit_drafts(activity.id, [first, third])
    if webhooks is not None:
        port, secret = webhooks
        body = {
            "id": "again", "event_type": "registration_drafts_submitted",
            "operation_id": activity.id, "submission_id": submission.id
        }
        check.equal("a webhook may come three times", [post(port, body, secret) for _ in range(2)], [202, 202])
        check.equal("a webhook with another secret is refused", post(port, body, secret[:-1]), 401)
    done = ended(submission)
    check.equal("the registrar registers what the client submitted", (done.status, done.message), (
        "completed", "2 of 2 drafts were registered."
    ))
    check.equal("registered drafts are archived", drafts(), [second])
    check.equal("the client reads the registered records", [
        number(name).get_value_content("SMILES") for name in ("REG-1", "REG-2")
    ], ["CCO", "CCN"])

    refused = ended(it.submit_drafts(activity.id))
    check.equal("the registrar refuses a bad draft", (refused.status, refused.message, verdicts()[second]), (
        "failed", "0 of 1 drafts were registered.", ("failed", "OO has no carbon.")
    ))
    more = stage([{"Compound ID": "EK-9004", "SMILES": "CCC"}])
    check.equal("another draft is registered", ended(it.submit_drafts(activity.id, more)).status, "completed")
    check.equal("each compound was registered once", (
        number("REG-3").get_value_content("SMILES"), number("REG-4"), drafts()
    ), ("CCC", None, [second]))


def registrar(context, activity):
    check, client = context.check, context.client
    it = client.registration
    lines = []
    reading = threading.Thread(target=lambda: lines.extend(sys.stdin), daemon=True)
    reading.start()
    handled = []
    until = time.monotonic() + 90

    def handle(submission):
        handled.append((submission.submission_type, len(submission.submitted_record_ids)))
        it.push_submission_status(activity.id, submission.id, RegistrationFileStatusEnum(submission.status), message="Begun")
        results = []
        for draft in client.records.get_records_by_ids(submission.submitted_record_ids):
            structure = draft.get_value_content("SMILES")
            results.append(
                {"record_id": draft.id, "status": "success", "data": {"Compound ID": f"REG-{structure}"}}
                if structure.startswith("C")
                else {"record_id": draft.id, "status": "error", "error_message": f"{structure} has no carbon."}
            )
        failed = any(one["status"] == "error" for one in results)
        it.submit_submission_results(
            activity.id, submission.id,
            RegistrationResultStatusEnum.ERROR if failed else RegistrationResultStatusEnum.SUCCESS,
            key_field_names=["Compound ID"], records=results
        )

    while reading.is_alive() and time.monotonic() < until:
        context.forget()
        for submission in reversed(it.get_registration_submissions(activity.id)):
            if submission.status in OPEN:
                handle(submission)
        time.sleep(0.1)
    check.equal("the client gets the submissions of the SDK, each once", handled, [
        ("validation", 3), ("validation", 3), ("registration", 3)
    ])
    check.equal("the SDK reads the verdicts of the client, and registers the table", [json.loads(line) for line in lines], [
        {"result": "Rejected", "rejected": [[1, "OO has no carbon."]], "registered": []},
        {"result": "Registered", "rejected": [], "registered": [[0, "REG-CCO"], [1, "REG-CCC"], [2, "REG-CCN"]]}
    ])
    check.equal("no draft is left", context.wire.one("/activities", id=activity.id)["data_table_draft_record_ids"], [])


def main(url, way, port, secret):
    logging.disable(logging.CRITICAL)
    context = Context(url, "0.7.0", None)
    context.check = Checks(f"0.7.0 beside the SDK ({way})")
    activity = context.client.activities.get_activity_by_id("Registration of April")
    with context.check.group(way):
        if way == "table":
            registrar(context, activity)
        else:
            scientist(context, activity, (port, secret) if way == "webhook" else None)
    context.check.report()
    return 1 if context.check.failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
