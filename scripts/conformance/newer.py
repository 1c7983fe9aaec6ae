"""What only the release 0.7.0 offers, or does in another way than 0.2.3."""

import datetime
import io
import json
import warnings

from kalbio.activities import ActivityStatusEnum, CompletedBehaviorEnum
from kalbio.client import KalbioAPIError, KalbioResponseError
from kalbio.entity_fields import (
    DataFieldTypeEnum,
    EntityFieldRoleEnum,
    FormatEnforcementEnum,
    LookupDisplayOperationScopeEnum,
    ValueAggregationTypeEnum
)
from kalbio.registration import RegistrationFileStatusEnum, RegistrationResultStatusEnum

from both import NOBODY, ids, import_done, rows_of


def run(context):
    groups = [
        caches,
        errors,
        events,
        programs,
        fields,
        activities,
        definitions,
        records,
        imports,
        exports,
        files,
        registration,
        templates,
        record_views,
        removals,
        registration_by_table
    ]
    for group in groups:
        with context.check.group(f"0.7.0, {group.__name__}"):
            group(context)
        context.forget()


def caches(context):
    check, it, wire = context.check, context.client, context.wire

    def titles(**options):
        return [one.title for one in it.programs.get_programs(**options)]

    def made(title):
        return wire.send("POST", "/programs", {"title": title})["title"]

    before = titles()
    first = made("Behind the client's back")
    check.equal("a cached list", titles(), before)
    check.equal("use_cache=False", titles(use_cache=False), [*before, first])
    second = made("Again")
    with it.cache_disabled():
        check.equal("cache_disabled", titles(), [*before, first, second])
    third = made("And again")
    check.equal("after cache_disabled", titles(), [*before, first, second])
    it.clear_caches()
    check.equal("clear_caches", titles(), [*before, first, second, third])

    record = it.records.get_record_by_id({"Compound ID": "EK-0005"})
    field = wire.one("/data_fields", field_name="Notes")["id"]
    wire.send("POST", f"/records/{record.id}/values", {"field_id": field, "content": "fresh"})
    check.equal("a cached record", it.records.get_record_by_id(record.id).get_value_content("Notes"), None)
    check.equal("a record without the cache", it.records.get_record_by_id(
        record.id, use_cache=False
    ).get_value_content("Notes"), "fresh")
    check.equal("records without the cache", it.records.get_records_by_ids(
        [record.id], use_cache=False
    )[0].get_value_content("Notes"), "fresh")
    activity = it.activities.get_activity_by_id("EGFR IC50, run 1")
    before = activity.labels
    activity.label_ids = []
    check.equal("a cached property", activity.labels, before)
    activity.clear_caches()
    check.equal("clear_caches of a model", activity.labels, [])


def errors(context):
    check, it = context.check, context.client
    error = check.raises("a refused write", KalbioAPIError, lambda: it.programs.create_program(""))
    check.equal("what the error says", (error.method, error.url, error.status_code), ("POST", "/programs", 400))
    check.that("what the error holds", b"title" in error.response_body)
    check.raises("an update of nothing", KalbioAPIError, lambda: it.programs.update_program(NOBODY, "a"))
    check.raises("a list below nothing", KalbioResponseError, lambda: it.registration.get_registration_files(NOBODY))
    check.raises("an activity of no definition", ValueError, lambda: it.activities.create_activity(
        "a", "task", activity_definition_id="Nothing"
    ))
    activity = it.activities.get_activity_by_id("Order reagents")
    for name, changes in (
        ("an unknown status", {"status": "nonsense"}),
        ("an unknown field", {"surprise": 1}),
        ("itself as its parent", {"parent_id": activity.id}),
        ("an unknown label", {"add_label_ids": [NOBODY]})
    ):
        check.raises(f"an activity with {name}", KalbioAPIError, lambda: activity.update(**changes))
    record = it.records.get_record_by_id({"Compound ID": "EK-0001"})
    check.raises("a value of a key field", KalbioAPIError, lambda: record.add_value("Compound ID", "a"))
    check.raises("a value of no activity", KalbioAPIError, lambda: it._post(
        f"/records/{record.id}/values",
        {"field_id": context.wire.one("/data_fields", field_name="Notes")["id"], "content": "a", "operation_id": NOBODY}
    ))
    check.equal("no template", it.result_table_templates.get_template_by_id(NOBODY), None)
    check.equal("no import", it.imports.get_import(NOBODY), None)
    check.equal("no record", it.records.get_record_by_id(NOBODY), None)
    check.equal("no file", it.files.download_file(NOBODY, destination=context.folder), None)


def events(context):
    check, it, wire = context.check, context.client.workspace, context.wire
    there = wire.get("/workspaces/events", page_size=1000)
    found = it.get_events(page_size=1000)
    for name in (
        "id", "full_name", "preferred_name", "is_bot", "event_attrs", "resource_id", "resource_type", "event_type",
        "event_type_version", "event_user_id", "parent_bulk_event_id", "is_bulk"
    ):
        check.equal(f"get_events: {name}", [getattr(one, name) for one in found], [one[name] for one in there])
    check.that("get_events: the newest first", all(
        one.created_at >= other.created_at for one, other in zip(found, found[1:])
    ))
    middle = found[len(found) // 2].created_at
    after, before = it.get_events(after_date=middle, page_size=1000), it.get_events(before_date=middle, page_size=1000)
    check.equal("get_events: after_date", ids(after), [one.id for one in found if one.created_at > middle])
    check.equal("get_events: before_date", ids(before), [one.id for one in found if one.created_at < middle])
    check.that("get_events: is shown", str(found[0]).startswith(found[0].id))

    activity = context.client.activities.get_activity_by_id("EGFR IC50, run 3")
    there = wire.get(f"/activities/{activity.id}/events")
    check.equal("get_events of an activity", [(one.id, one.event_type, one.log) for one in activity.get_events()], [
        (one["id"], one["event_type"], one["log"]) for one in there
    ])
    comments = activity.get_comments()
    there = wire.get(f"/activities/{activity.id}/comments")
    check.equal("get_comments", [(one.id, one.content, one.mentioned_user_ids) for one in comments], [
        (one["id"], one["content"], one["mentioned_user_ids"]) for one in there
    ])
    check.that("get_comments: there are some", len(comments) > 0)


def programs(context):
    check, it, wire = context.check, context.client.programs, context.wire
    made = it.create_program("Kinase – β")
    check.equal("create_program", wire.one("/programs", id=made.id)["title"], "Kinase – β")
    check.equal("update_program", it.update_program(made.id, "Kinases").title, "Kinases")
    check.equal("update_program: is there", wire.one("/programs", id=made.id)["title"], "Kinases")
    check.equal("get_programs: after both", [one.title for one in it.get_programs() if one.id == made.id], ["Kinases"])


def fields(context):
    check, it, wire = context.check, context.client.entity_fields, context.wire
    for kind, found in (("key", it.get_key_fields()), ("data", it.get_data_fields())):
        there = wire.get(f"/{kind}_fields")
        for name in ("field_description", "field_examples", "regex_format"):
            check.equal(f"get_{kind}_fields: {name}", [getattr(one, name) for one in found], [one[name] for one in there])
    key = it.get_or_create_key_field("Lot")
    check.equal("a new key field has no words", (key.field_description, key.field_examples), ("", ""))
    changes = {
        "field_name": "Lot number",
        "field_description": "Of the supplier",
        "field_examples": "L-1, L-2",
        "regex_format": "^L-\\d+$",
        "serial_format_prefix": "L-",
        "serial_format_padding": 3,
        "format_enforcement": FormatEnforcementEnum.ENFORCE_ONLY,
        "show_format_warning": True,
        "initial_counter_value": 7,
        "role": EntityFieldRoleEnum.REGISTERED_ENTITY
    }
    check.equal("KeyField.update: itself", key.update(**changes) is key, True)
    there = wire.one("/key_fields", id=key.id)
    for name, value in changes.items():
        check.equal(f"KeyField.update: {name}", there[name], getattr(value, "value", value))
    check.equal("KeyField.update: in the model", (key.field_name, key.field_examples), ("Lot number", "L-1, L-2"))
    key.update(field_description="", field_examples="", regex_format=None, format_enforcement=None, role=None)
    there = wire.one("/key_fields", id=key.id)
    check.equal("KeyField.update: cleared", (there["field_description"], there["field_examples"], there["regex_format"],
                there["format_enforcement"], there["role"]), ("", "", None, None, None))
    check.equal("KeyField.update: nothing", key.update() is key, True)
    check.equal("KeyField.update: in the list", it.get_key_field_by_id("Lot number"), key)
    check.raises("KeyField.update: too long", KalbioAPIError, lambda: key.update(field_examples="x" * 501))
    check.raises("KeyField.update: a name that is taken", KalbioAPIError, lambda: key.update(field_name="Compound ID"))

    data = it.get_or_create_data_field("Potency", DataFieldTypeEnum.NUMBER)
    check.equal("a new data field has no words", (data.field_description, data.field_examples), ("", ""))
    changes = {
        "field_name": "Potency of all runs",
        "field_description": "In nM",
        "field_examples": "12.5",
        "is_archived": False,
        "is_readonly": True,
        "display_aggregation_type": ValueAggregationTypeEnum.MEDIAN,
        "display_includes_sub_records": False,
        "display_includes_operations": False,
        "lookup_display_aggregation_type": ValueAggregationTypeEnum.LIST,
        "lookup_display_includes_sub_records": False,
        "lookup_display_operation_scope": LookupDisplayOperationScopeEnum.CHILD,
        "attrs": {"unit": "nM"}
    }
    check.equal("DataField.update: itself", data.update(**changes) is data, True)
    there = wire.one("/data_fields", id=data.id)
    for name, value in changes.items():
        check.equal(f"DataField.update: {name}", there[name], getattr(value, "value", value))
    check.equal("DataField.update: in the model", (data.field_name, data.field_examples), (
        "Potency of all runs", "12.5"
    ))
    data.update(field_description="", field_examples="", display_aggregation_type=None)
    there = wire.one("/data_fields", id=data.id)
    check.equal("DataField.update: cleared", (
        there["field_description"], there["field_examples"], there["display_aggregation_type"]
    ), ("", "", None))


def activities(context):
    check, it, wire = context.check, context.client.activities, context.wire
    there = wire.get("/activities")
    found = it.get_activities()
    for name in ("subscriber_ids", "data_table_record_mapping"):
        check.equal(f"get_activities: {name}", [getattr(one, name) for one in found], [one[name] for one in there])
    member, other = [one["id"] for one in wire.get("/workspaces/members")[:2]]
    made = it.create_activity("Searched", "task", subscriber_ids=[member, other])
    check.equal("create_activity: subscriber_ids", wire.one("/activities", id=made.id)["subscriber_ids"], [member, other])
    label = wire.get("/activity_labels")[0]["id"]
    program, group = wire.get("/programs")[0]["id"], wire.get("/workspaces/groups")[0]["id"]
    made.update(
        status=ActivityStatusEnum.READY_TO_MAKE,
        due_date=datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.timezone.utc),
        start_date=datetime.datetime(2026, 4, 1),
        add_label_ids=[label],
        add_program_ids=[program],
        add_assigned_user_ids=[member],
        add_assigned_group_ids=[group],
        remove_subscriber_ids=[other],
        comment={"type": "doc", "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Made"}]}]}
    )
    there = wire.one("/activities", id=made.id)
    check.equal("update: dates", (there["due_date"], there["start_date"]), (
        "2026-05-01T12:00:00+00:00", "2026-04-01T00:00:00"
    ))
    check.equal("update: lists", (
        there["label_ids"], there["program_ids"], there["assigned_user_ids"], there["assigned_group_ids"],
        there["subscriber_ids"]
    ), ([label], [program], [member], [group], [member]))
    check.equal("update: in the model", (made.status, made.label_ids, made.due_date.year), ("ready to make", [label], 2026))
    check.equal("what belongs to it", (
        ids(made.labels), ids(made.programs), ids(made.assigned_users), ids(made.assigned_groups)
    ), ([label], [program], [member], [group]))
    made.update()
    check.equal("update: nothing", wire.one("/activities", id=made.id), there)
    child = it.create_activity("Child", "task")
    child.update(parent_id=made.id)
    made.clear_caches()
    check.equal("child_activities", ids(made.child_activities), [child.id])

    everything = wire.get("/activities")
    search = it.search_activities
    record = wire.get("/records/search", limit=1)[0]
    definition = wire.one("/activity_definitions", title="IC50 assay")["id"]
    completed = ("complete", "done")
    searches = {
        "nothing": ({}, lambda one: True),
        "search_text": ({"search_text": "run 3"}, lambda one: "run 3" in one["title"]),
        "activity_types": ({"activity_types": ["cycle", "project"]}, lambda one: one["activity_type"] in ("cycle", "project")),
        "definition_ids": ({"definition_ids": [definition]}, lambda one: one["definition_id"] == definition),
        "record_ids": ({"record_ids": [record]}, lambda one: record in one["all_record_ids"]),
        "statuses": (
            {"statuses": [ActivityStatusEnum.TODO, ActivityStatusEnum.COMPLETE]},
            lambda one: one["status"] in ("to do", "complete")
        ),
        "label_ids": ({"label_ids": [label]}, lambda one: label in one["label_ids"]),
        "assigned_user_ids": ({"assigned_user_ids": [member]}, lambda one: member in one["assigned_user_ids"]),
        "created_by": ({"created_by": member}, lambda one: one["created_by"] == member),
        "parent_id": ({"parent_id": made.id}, lambda one: one["parent_id"] == made.id),
        "no parent": ({"parent_id": None}, lambda one: one["parent_id"] is None),
        "hide-all": (
            {"completed_behavior": CompletedBehaviorEnum.HIDE_ALL}, lambda one: one["status"] not in completed
        ),
        "show-all": ({"completed_behavior": CompletedBehaviorEnum.SHOW_ALL}, lambda one: True)
    }
    for name, (options, passes) in searches.items():
        check.same_members(f"search_activities: {name}", ids(search(**options)), [
            one["id"] for one in everything if passes(one)
        ])
    check.equal("search_activities: limit", len(search(limit=3)), 3)
    check.raises("search_activities: a limit that is too large", KalbioAPIError, lambda: search(limit=501))
    hidden = {one.id for one in search(completed_behavior=CompletedBehaviorEnum.HIDE_COMPLETED_TREES)}
    check.that("search_activities: hide-completed-trees", 0 < len(hidden) < len(everything))

    run_1 = it.get_activity_by_id("EGFR IC50, run 1")
    views = [one["id"] for one in wire.get("/record_views") if run_1.id in (one["operation_ids"] or [])]
    check.same_members("record_views of an activity", ids(run_1.record_views), views)
    check.that("record_views of an activity: there are some", len(views) > 0)
    for view, members in run_1.data_table_record_mapping.items():
        check.equal("records_on_view", ids(run_1.records_on_view(view)), members)
    check.that("records_on_view: there are some", len(run_1.data_table_record_mapping) > 0)
    check.equal("records_on_view: none", run_1.records_on_view(NOBODY), [])
    from_definition = it.create_activity("From a definition", "experiment", activity_definition_id="IC50 assay")
    check.equal(
        "create_activity: the definition's templates become views",
        [one.view_name for one in from_definition.record_views],
        [one.view_name for one in it.get_definition_by_id("IC50 assay").templates]
    )


def definitions(context):
    check, it, wire = context.check, context.client, context.wire
    there = wire.get("/activity_definitions")
    found = it.activities.get_definitions()
    names = [name for name in type(found[0]).model_fields if name in there[0] and name not in ("properties", "content_layout")]
    for name in names:
        check.equal(f"get_definitions: {name}", [getattr(one, name) for one in found], [one[name] for one in there])
    check.equal(
        "get_definitions: content_layout",
        [[(one.id, one.component_type, one.position_index, one.record_view_id) for one in definition.content_layout]
         for definition in found],
        [[(one["id"], one["component_type"], one["position_index"], one.get("record_view_id"))
          for one in definition["content_layout"]] for definition in there]
    )
    assay = it.activities.get_definition_by_id("IC50 assay")
    now = lambda: wire.one("/activity_definitions", id=assay.id)
    member, group = wire.get("/workspaces/members")[1]["id"], wire.get("/workspaces/groups")[0]["id"]
    label, program = wire.get("/activity_labels")[0]["id"], wire.get("/programs")[1]["id"]
    changes = {
        "title": "IC50 assay, new",
        "description": {"type": "doc", "content": []},
        "status": ActivityStatusEnum.IN_PROGRESS,
        "priority": "low",
        "is_archived": False,
        "external_id": "ASSAY-1b",
        "duration": 3,
        "aggregate_scheduling": True,
        "assigned_user_ids": [member]
    }
    assay.update(
        **changes, add_assigned_group_ids=[group], add_label_ids=[label], add_program_ids=[program],
        propagate_to_instances=True
    )
    for name, value in changes.items():
        check.equal(f"definition.update: {name}", now()[name], getattr(value, "value", value))
    check.that("definition.update: what was added", (
        group in now()["assigned_group_ids"] and label in now()["label_ids"] and program in now()["program_ids"]
    ))
    check.equal("definition.update: in the model", (assay.title, assay.status, assay.external_id), (
        "IC50 assay, new", "in progress", "ASSAY-1b"
    ))
    check.that("definition.update: its activities follow", all(
        one["assigned_user_ids"] == [member] and label in one["label_ids"]
        for one in wire.get("/activities") if one["definition_id"] == assay.id
    ))
    assay.update(
        title="IC50 assay", description=None, duration=None, remove_assigned_user_ids=[member],
        remove_assigned_group_ids=[group], remove_label_ids=[label], remove_program_ids=[program]
    )
    check.equal("definition.update: cleared", (
        now()["description"], now()["duration"], now()["assigned_user_ids"], now()["assigned_group_ids"]
    ), (None, None, [], []))
    assay.update()
    check.equal("definition.update: nothing", now()["title"], "IC50 assay")

    placed = next(one for one in assay.content_layout if one.record_view_id)
    check.equal("content_layout_ids_for_view", assay.content_layout_ids_for_view(placed.record_view_id), [placed.id])
    check.equal("content_layout_ids_for_view: none", assay.content_layout_ids_for_view(NOBODY), [])
    check.equal("templates of a definition", ids(assay.templates), [placed.record_view_id])
    registration = it.activities.get_definition_by_id("Compound registration")
    view = registration.record_views[0]
    check.equal("record_views of a definition", [one.view_name for one in registration.record_views], ["To register"])

    now = lambda: wire.one("/activity_definitions", id=registration.id)
    status_field = it.entity_fields.get_data_field_by_id("Notes")
    registration.configure_registration(
        view=view, file_property_field=registration.properties[0], status_field=status_field, result_view=view
    )
    placement = registration.content_layout_ids_for_view(view.id)[0]
    check.equal("configure_registration", [now()[f"registration_{name}"] for name in (
        "property_field_id", "record_view_id", "content_layout_id", "status_field_id", "result_record_view_id",
        "result_content_layout_id"
    )], [registration.properties[0].property_field_id, view.id, placement, status_field.id, view.id, placement])
    check.equal("configure_registration: in the model", registration.registration_status_field_id, status_field.id)
    registration.configure_registration(
        view=registration.content_layout[0], file_property_field=registration.properties[0].property_field_id,
        status_field=None, result_view=None
    )
    check.equal("configure_registration: cleared", [now()[f"registration_{name}"] for name in (
        "record_view_id", "content_layout_id", "status_field_id", "result_record_view_id", "result_content_layout_id"
    )], [view.id, placement, None, None, None])
    check.raises("configure_registration: no placement", ValueError, lambda: assay.configure_registration(
        view=view, file_property_field="a"
    ))
    registration.set_registration_settings(
        property_field_id=None, record_view_id=None, content_layout_id=None, status_field_id=status_field.id,
        result_record_view_id=view.id, result_content_layout_id=placement
    )
    check.equal("set_registration_settings", [now()[f"registration_{name}"] for name in (
        "property_field_id", "record_view_id", "content_layout_id", "status_field_id", "result_record_view_id",
        "result_content_layout_id"
    )], [None, None, None, status_field.id, view.id, placement])
    registration.set_registration_settings(
        property_field_id=registration.properties[0].property_field_id, record_view_id=view.id,
        content_layout_id=placement, result_record_view_id=None, result_content_layout_id=None
    )
    registration.set_registration_settings()
    check.equal("set_registration_settings: as before", now()["registration_record_view_id"], view.id)

    registration.queue_to_views([view])
    check.equal("queue_to_views", (
        now()["view_ids_to_add_to_when_record_attached"], now()["queue_content_layout_ids"]
    ), ([view.id], [placement]))
    check.equal("queue_to_views: in the model", registration.queue_content_layout_ids, [placement])
    activity = it.activities.create_activity("Queued", "task", activity_definition_id="Compound registration")
    record = wire.get("/records/search", limit=1)
    activity.add_records(record)
    check.equal("queue_to_views: a record that is added", activity.data_table_record_mapping[view.id], record)
    check.equal("queue_to_views: is on the view", ids(activity.records_on_view(view.id)), record)
    registration.set_queuing_behavior(
        remove_view_ids=[view.id], queue_content_layout_ids=[{"view_id": view.id, "content_layout_ids": []}]
    )
    check.equal("set_queuing_behavior", (
        now()["view_ids_to_add_to_when_record_attached"], now()["queue_content_layout_ids"]
    ), ([], []))
    registration.set_queuing_behavior(add_view_ids=[view.id])
    check.equal("set_queuing_behavior: added", now()["view_ids_to_add_to_when_record_attached"], [view.id])
    registration.set_queuing_behavior()


def records(context):
    check, it, wire = context.check, context.client, context.wire
    record = it.records.get_record_by_id({"Compound ID": "EK-0001"})
    ic50 = wire.one("/data_fields", field_name="IC50")["id"]
    notes = wire.one("/data_fields", field_name="Notes")["id"]
    view = wire.one("/record_views", view_name="IC50 results")["id"]
    there = [one for one in wire.get(f"/records/{record.id}")["record_values"][ic50] if one["record_view_id"] == view]
    check.equal("get_value_content: of a view", record.get_value_content("IC50", record_view_id=view), max(
        there, key=lambda one: one["created_at"]
    )["content"])
    check.equal("get_value_content: of another view", record.get_value_content("SMILES", record_view_id=view), None)
    sub_record = it.records.get_record_by_id(record.sub_record_ids[0])
    check.equal(
        "get_value_content: of a sub-record",
        record.get_value_content("Purity", sub_record_id=sub_record),
        sub_record.get_value_content("Purity")
    )
    run = it.activities.get_activity_by_id("EGFR IC50, run 1")
    for name, written in (
        ("add_value", record.add_value("Notes", "a", run, view)),
        ("update_field", record.update_field("Notes", "a", run, view)),
        ("update_field_file", record.update_field_file(
            "Certificate of analysis", "a.txt", io.BytesIO(b"a"), "text/plain", run, view
        ))
    ):
        there = next(one for one in wire.get(f"/records/{record.id}/values") if one["id"] == written.id)
        check.equal(f"{name}: the activity and the view", (there["operation_id"], there["record_view_id"]), (run.id, view))
        check.equal(f"{name}: in the answer", (written.operation_id, written.record_view_id, written.content), (
            run.id, view, there["content"]
        ))
    check.equal("get_values: in the model", {one.id: one.content for one in record.get_values()}, {
        one["id"]: one["content"] for one in wire.get(f"/records/{record.id}/values")
    })
    check.that("a value is shown", str(record.record_values[notes][0]) == "a")
    many = [f"EK-{number}" for number in range(8000, 8300)]
    done = import_done(context, it.imports.push_data(["Compound ID"], [{"Compound ID": name} for name in many]))
    check.equal("300 records", done["import_result"]["records_created"], 300)
    key = wire.one("/key_fields", field_name="Compound ID")["id"]
    compounds = wire.get("/records/search", entity_slice_id=record.entity_slice_id)
    found = it.records.get_records_by_ids(compounds)
    check.equal("get_records_by_ids: more than a batch", ids(found), compounds)
    check.that("get_records_by_ids: with keys", set(many) <= {one.record_values[key][0].content for one in found})


def imports(context):
    check, it, wire = context.check, context.client, context.wire
    run = it.activities.get_activity_by_id("EGFR IC50, run 2")
    view, other = [wire.one("/record_views", view_name=name)["id"] for name in ("IC50 results", "Compounds")]
    program = wire.get("/programs")[0]["id"]
    done = import_done(context, it.imports.push_data(
        ["Compound ID"], [{"Compound ID": "EK-8401", "IC50": 5, "Assayed by": "Chiyo"}], operation_id=run.id,
        program_id=program, record_view_id=view, add_fields_to_record_view_ids=[other], set_name="Assayed"
    ))
    check.equal("push_data: its state", done["import_status"], "complete")
    record = it.records.get_record_by_id({"Compound ID": "EK-8401"})
    check.equal("push_data: on the view", record.get_value_content("IC50", run, record_view_id=view), 5)
    it.clear_caches()
    for one in (view, other):
        columns = [field.field_name for field in it.record_views.get_data_fields_on_view(one)]
        check.that("push_data: the new field is a column", "Assayed by" in columns)
    run.refetch()
    check.that("push_data: the record is on the view", record in run.records_on_view(view))
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        import_done(context, it.imports.push_data(
            ["Compound ID"], [{"Compound ID": "EK-8402"}], source_id="robot", record_view_ids=[view]
        ))
    check.equal("push_data: record_view_ids", [one.category.__name__ for one in caught], ["DeprecationWarning"])

    key, ic50 = wire.one("/key_fields", field_name="Compound ID")["id"], wire.one("/data_fields", field_name="IC50")["id"]
    pushed = it.imports.push_data_by_field_id(
        [key], [{key: "EK-8403", ic50: 6}, {key: "EK-8404", ic50: "n.d."}], operation_id=run.id, program_id=program,
        record_view_ids=[view], set_name="Assayed"
    )
    there = import_done(context, pushed)
    found = it.imports.get_import(pushed)
    result, errors = found.import_result, found.import_result.validation_result.errors
    check.equal("get_import", (found.import_status, found.is_complete, found.operation_id, found.error_message), (
        "complete", True, run.id, None
    ))
    check.equal("get_import: its dates", (found.created_at, found.started_at, found.completed_at), (
        there["created_at"], there["started_at"], there["completed_at"]
    ))
    check.equal("get_import: its result", (
        result.records_created, result.records_skipped, result.validation_result.total_processed,
        result.validation_result.successful, result.validation_result.failed
    ), (1, 1, 2, 1, 1))
    check.equal("get_import: its errors", [(one.field_name, one.value, one.incoming_record_identifier) for one in errors], [
        ("IC50", "n.d.", "EK-8404")
    ])
    serial = it.entity_fields.get_or_create_data_field("CAS number", DataFieldTypeEnum.TEXT)
    serial.update(attrs={"unique": True})
    pushed = it.imports.push_data(["Compound ID"], [
        {"Compound ID": "EK-8405", "CAS number": "64-17-5"}, {"Compound ID": "EK-8406", "CAS number": "64-17-5"}
    ])
    import_done(context, pushed)
    error = it.imports.get_import(pushed).import_result.validation_result.errors[0]
    check.equal("get_import: a conflict", (error.conflicting_record_identifier, error.conflicting_value), (
        "EK-8405", "64-17-5"
    ))
    check.equal("get_import: what it conflicts in", [one["field_id"] for one in error.constraint_fields], [serial.id])
    pushed = it.imports.push_data_by_field_id([NOBODY], [{NOBODY: "a"}])
    import_done(context, pushed)
    failed = it.imports.get_import(pushed)
    check.equal("get_import: failed", (failed.import_status, failed.import_result), ("failed", None))
    check.that("get_import: why", NOBODY in failed.error_message)

    everything = wire.get("/imports", page_size=1000)
    check.equal("get_imports", ids(it.imports.get_imports()), ids(everything)[:100])
    check.equal("get_imports: pages", [one.id for page in (1, 2, 3) for one in it.imports.get_imports(
        page=page, page_size=2
    )], ids(everything)[:6])
    check.equal("get_imports: complete", ids(it.imports.get_imports(is_complete=True, page_size=1000)), ids(everything))
    pending = it.imports.push_data(["Compound ID"], [{"Compound ID": "EK-8407"}])
    check.that("get_imports: not complete", pending in ids(it.imports.get_imports(is_complete=False)))
    import_done(context, pending)


def exports(context):
    check, it, wire = context.check, context.client, context.wire
    compound = wire.one("/entity_slices", slice_name="Compound")["id"]
    record_set = wire.one("/dashboards", dashboard_name="Candidate selection")["record_set_ids"][0]
    members = wire.get("/records/search", record_set_ids=json.dumps([record_set]))
    path = it.exports.pull_data("set.csv", compound, download_path=context.folder, record_set_ids=record_set)
    check.equal("pull_data: record_set_ids", len(rows_of(path)), len(members))
    check.same_members("search_records: record_set_ids", it.records.search_records(record_set_ids=record_set), members)
    path = it.exports.pull_data("../outside.csv", compound, download_path=f"{context.folder}/deep/er")
    check.that("pull_data: stays in its folder", path.startswith(f"{context.folder}/deep/er"))


def files(context):
    check, it, wire = context.check, context.client, context.wire
    activity = it.activities.get_activity_by_id("Registration of March")
    file_id = activity.properties[0].content[0]
    content = wire.bytes(f"/files/{file_id}")
    for name, options in (
        ("by its id", {}),
        ("under a name", {"filename": "a b é.sdf"}),
        ("under a name from outside", {"filename": "../../a.sdf"}),
        ("of an activity", {"filename": "c.sdf", "activity_id": activity.id})
    ):
        path = it.files.download_file(file_id, destination=context.folder, **options)
        with open(path, "rb") as file:
            check.equal(f"download_file: {name}", file.read(), content)
        check.that(f"download_file: {name}, in its folder", path.startswith(context.folder))
    other = it.activities.get_activity_by_id("Order reagents").id
    check.equal("download_file: of another activity", it.files.download_file(
        file_id, destination=context.folder, activity_id=other
    ), None)


def registration(context):
    check, it, wire = context.check, context.client.registration, context.wire
    activity = context.client.activities.get_activity_by_id("Registration of March")
    record = wire.get(f"/operations/{activity.id}/records")[0]["id"]
    file_id = activity.properties[0].content[0]
    made = it.register_file(activity.id, file_id)
    check.equal("register_file", (made.status, made.file_id, made.operation_id, made.message), (
        "pending", file_id, activity.id, None
    ))
    check.equal("get_registration_files", ids(it.get_registration_files(activity.id)), ids(
        wire.get(f"/operations/{activity.id}/registrations")
    ))
    now = lambda: next(one for one in it.get_registration_files(activity.id) if one.id == made.id)
    for status in RegistrationFileStatusEnum:
        check.equal("push_status", it.push_status(activity.id, file_id, status, f"is {status.value}"), True)
        check.equal(f"push_status: {status.value}", (now().status, now().message), (status.value, f"is {status.value}"))
    check.equal("push_status: without words", it.push_status(
        activity.id, file_id, RegistrationFileStatusEnum.VALIDATED
    ), True)
    check.equal("submit_results: an error", it.submit_results(
        activity.id, file_id, RegistrationResultStatusEnum.ERROR, message="One is bad",
        records=[{"record_id": record, "status": "error", "error_message": "No structure"}]
    ), True)
    check.equal("get_registration_files: its errors", [
        (one.source_record_id, one.status, one.error_message) for one in now().record_errors
    ], [(record, "error", "No structure")])
    check.equal("submit_results", it.submit_results(
        activity.id, file_id, RegistrationResultStatusEnum.SUCCESS, key_field_names=["Compound ID"],
        records=[{"record_id": record, "status": "success", "data": {"Compound ID": "EK-8101", "Notes": "registered"}}]
    ), True)
    check.equal("submit_results: its state", (now().status, now().record_errors), ("completed", []))
    registered = context.client.records.get_record_by_id({"Compound ID": "EK-8101"})
    check.equal("submit_results: the record", registered.get_value_content("Notes", activity), "registered")
    check.raises("register_file: no file", KalbioAPIError, lambda: it.register_file(activity.id, NOBODY))
    check.raises("push_status: no file", KalbioAPIError, lambda: it.push_status(
        activity.id, NOBODY, RegistrationFileStatusEnum.FAILED
    ))


def templates(context):
    check, it, wire = context.check, context.client.result_table_templates, context.wire
    now = lambda template: wire.get(f"/record_view_templates/{template.id}")
    there = wire.get("/record_view_templates")
    found = it.get_templates()
    for name in type(found[0]).model_fields:
        if name in there[0] and name not in ("created_at", "updated_at", "view_fields"):
            check.equal(f"get_templates: {name}", [getattr(one, name) for one in found], [one[name] for one in there])
    check.equal("get_template_by_id", it.get_template_by_id(found[0].id), found[0])
    check.that("a template is shown by its name", str(found[0]) == there[0]["template_name"])
    compound = wire.one("/entity_slices", slice_name="Compound")["id"]
    fields = {field["field_name"]: field["id"] for field in wire.get("/data_fields")}
    key = wire.one("/key_fields", field_name="Compound ID")["id"]
    column = wire.one("/record_views", view_name="Compounds")["view_fields"][0]["id"]
    program = wire.get("/programs")[0]["id"]
    record_set = wire.one("/dashboards", dashboard_name="Candidate selection")["record_set_ids"][0]
    bare = it.create_template(view_name="Bare", entity_slice_id=compound)
    check.equal("create_template: with little", (bare.view_fields, bare.filters, bare.sorts, bare.color_filters), (
        [], [], [], []
    ))
    filters = [{
        "key_field_id": None, "view_field_id": column, "filter_type": "is_set", "filter_prop": None,
        "plot_field_config": None
    }, {
        "key_field_id": key, "view_field_id": None, "filter_type": "is_equal", "filter_prop": "EK-0001",
        "plot_field_config": {"axis": "x"}
    }]
    sorts = [{"key_field_id": key, "view_field_id": None, "descending": True, "plot_field_config": None}]
    colors = [{**filters[0], "color": "red"}]
    content = {
        "template_name": "All of it", "program_ids": [program], "filters": filters, "sorts": sorts,
        "color_filters": colors, "record_set_ids_filter": [record_set], "sort_order": "manual", "sort_descending": True,
        "view_mode": "cards", "group_by_mode": "field", "group_by_field_id": fields["Series"]
    }
    full = it.create_template(
        view_name="Full", entity_slice_id=compound, view_field_ids=[column], data_field_ids=[fields["IC50"]],
        lookup_field_ids=["lookup"], plot_field_ids=["plot"], **content
    )
    for name, value in content.items():
        check.equal(f"create_template: {name}", (getattr(full, name), now(full)[name]), (value, value))
    check.equal("create_template: its columns", [
        (one["data_field_id"], one["lookup_field_id"]) for one in full.view_fields
    ], [(fields["SMILES"], None), (fields["IC50"], None), (None, "lookup"), (None, None)])
    saved = it.save_view_as_template(
        source_view_id=wire.one("/record_views", view_name="IC50 results")["id"], view_name="Saved",
        template_name="Saved one"
    )
    check.equal("save_view_as_template", (saved.template_name, len(saved.view_fields), saved.is_template), (
        "Saved one", len(wire.one("/record_views", view_name="IC50 results")["view_fields"]), True
    ))
    check.equal("save_view_as_template: its colors", saved.color_filters[0]["view_field_id"], now(saved)["view_fields"][0]["id"])
    changes = {
        "view_name": "Changed", "template_name": "Changed one", "program_ids": [], "filters": [], "sorts": sorts,
        "color_filters": [], "record_set_ids_filter": [], "is_archived": True, "sort_order": "alphabetical",
        "sort_descending": False, "view_mode": "table", "group_by_mode": "none", "group_by_field_id": fields["IC50"]
    }
    columns = [one["id"] for one in now(full)["view_fields"]]
    changed = it.update_template(
        full.id, remove_view_field_ids=columns[:1], reorder_view_field_ids=list(reversed(columns[1:])),
        save_view_field_ids=[wire.one("/record_views", view_name="Compounds")["view_fields"][1]["id"]], **changes
    )
    for name, value in changes.items():
        check.equal(f"update_template: {name}", (getattr(changed, name), now(full)[name]), (value, value))
    check.equal("update_template: its columns", [one["id"] for one in now(full)["view_fields"]][:3], list(
        reversed(columns[1:])
    ))
    copy = it.duplicate_template(saved.id)
    check.equal("duplicate_template", (copy.id != saved.id, len(copy.view_fields)), (True, len(saved.view_fields)))
    check.that("duplicate_template: is there", copy.id in ids(wire.get("/record_view_templates")))

    assay, solubility = [wire.one("/activity_definitions", title=name)["id"] for name in ("IC50 assay", "Solubility assay")]
    layout = lambda definition, template: [
        one for one in wire.one("/activity_definitions", id=definition)["content_layout"]
        if one.get("record_view_id") == template.id
    ]
    linked = it.link_to_operation_definition(copy.id, operation_definition_id=solubility, position_index=0)
    check.equal("link_to_operation_definition", linked.operation_definition_ids, [solubility])
    check.equal("link_to_operation_definition: its place", [one["position_index"] for one in layout(solubility, copy)], [0])
    it.unlink_from_operation_definition(
        copy.id, operation_definition_id=solubility, content_layout_id=layout(solubility, copy)[0]["id"]
    )
    check.equal("unlink_from_operation_definition", (layout(solubility, copy), now(copy)["operation_definition_ids"]), ([], []))
    it.bulk_link_to_operation_definitions(copy.id, operation_definition_ids=[assay, solubility])
    check.same_members("bulk_link_to_operation_definitions", now(copy)["operation_definition_ids"], [assay, solubility])
    it.bulk_unlink_from_operation_definitions(copy.id, operation_definition_ids=[assay])
    check.equal("bulk_unlink_from_operation_definitions", now(copy)["operation_definition_ids"], [solubility])
    it.delete_template(copy.id)
    check.equal("delete_template", it.get_template_by_id(copy.id), None)
    check.equal("delete_template: no pointer is left", layout(solubility, copy), [])
    check.that("delete_template: is not listed", copy.id not in ids(it.get_templates()))
    check.raises("delete_template: again", KalbioAPIError, lambda: it.delete_template(copy.id))
    source = wire.one("/record_views", view_name="IC50 results")
    promoted = it.promote_view_to_template(
        source_view_id=source["id"], operation_definition_id=solubility, view_name="Promoted", position_index=0
    )
    check.equal("promote_view_to_template", (promoted.is_template, promoted.operation_definition_ids), (True, [solubility]))
    check.that("promote_view_to_template: the view is gone", source["id"] not in ids(wire.get("/record_views")))
    check.that("promote_view_to_template: is listed", promoted.id in ids(it.get_templates()))


def record_views(context):
    check, it, wire = context.check, context.client, context.wire
    there = [one for one in wire.get("/record_views") if not one["is_template"]]
    views = it.record_views.get_record_views()
    for name in type(views[0]).model_fields:
        if name in there[0] and name not in ("created_at", "updated_at", "view_fields"):
            check.equal(f"get_record_views: {name}", [getattr(one, name) for one in views], [one[name] for one in there])
    view = next(one for one in views if one.view_name == "Compounds")
    fields = {field["id"]: field["field_name"] for field in wire.get("/data_fields")}
    names = [fields[one["data_field_id"]] for one in view.view_fields]
    check.equal("get_data_fields_on_view", [one.field_name for one in it.record_views.get_data_fields_on_view(view.id)], names)
    check.equal("get_data_fields_on_view: of a type", [one.field_name for one in it.record_views.get_data_fields_on_view(
        view.id, DataFieldTypeEnum.SMILES_STRING
    )], ["SMILES"])
    record = wire.get("/records/search", entity_slice_id=view.entity_slice_id, limit=1)[0]
    key = wire.one("/key_fields", field_name="Compound ID")["id"]
    new = view.replace_key_fields({
        "add_key_field_names": ["Sample"],
        "remove_key_field_ids": [key],
        "records_to_transfer": [{"record_id": record, "key_field_name_to_value": {"Sample": "S-1"}}]
    })
    now = wire.one("/record_views", id=new.id)
    check.that("replace_key_fields: another view of another type", (
        new.id != view.id and new.entity_slice_id == now["entity_slice_id"] != view.entity_slice_id
    ))
    check.equal("replace_key_fields: its columns", [fields[one["data_field_id"]] for one in new.view_fields], names)
    moved = wire.get(f"/records/{record}")
    check.equal("replace_key_fields: the record moves", (moved["record_identifier"], moved["entity_slice_id"]), (
        "S-1", new.entity_slice_id
    ))
    check.equal("replace_key_fields: the record has its new key", it.records.get_record_by_id({"Sample": "S-1"}).id, record)


def removals(context):
    check, it, wire = context.check, context.client.activities, context.wire
    activity = it.get_activity_by_id("EGFR IC50, run 2")
    first, second = activity.all_record_ids[:2]
    values = lambda record: [
        one for one in wire.get(f"/records/{record}/values") if one.get("operation_id") == activity.id
    ]
    there = values(second)
    check.that("remove_records: there are values", len(values(first)) > 0 and len(there) > 0)
    activity.remove_records([first])
    now = wire.one("/activities", id=activity.id)
    check.that("remove_records: the record is gone", first not in now["all_record_ids"])
    check.equal("remove_records: in the model", activity.all_record_ids, now["all_record_ids"])
    check.equal("remove_records: its values are gone", values(first), [])
    check.equal("remove_records: others stay", values(second), there)
    check.raises("remove_records: again", KalbioAPIError, lambda: activity.remove_records([first]))
    view = next(one for one, records in now["data_table_record_mapping"].items() if second in records)
    activity.remove_records([second], record_view_id=view)
    now = wire.one("/activities", id=activity.id)
    check.equal("remove_records: from a view", (
        second in now["all_record_ids"], second in now["data_table_record_mapping"][view]
    ), (True, False))
    check.raises("remove_records: of an unknown view", KalbioAPIError, lambda: activity.remove_records(
        [second], record_view_id=NOBODY
    ))


def registration_by_table(context):
    check, client, wire = context.check, context.client, context.wire
    it = client.registration
    template = next(one for one in client.result_table_templates.get_templates() if one.view_name == "Compounds to stage")
    definition = client.activities.get_definition_by_id("Solubility assay")
    definition.set_registration_settings(staging_template_view_id=template.id)
    setting = "registration_staging_template_view_id"
    check.equal("set_registration_settings: staging_template_view_id", (
        definition.registration_staging_template_view_id, wire.one("/activity_definitions", id=definition.id)[setting]
    ), (template.id, template.id))
    check.raises("set_registration_settings: no template", KalbioAPIError, lambda: (
        definition.set_registration_settings(staging_template_view_id=NOBODY)
    ))
    activity = client.activities.create_activity("To register", "task", activity_definition_id=definition.id)
    check.that("a new activity has a view for drafts", activity.registration_staging_record_view_id not in (None, template.id))
    definition.set_registration_settings(staging_template_view_id=None)
    check.equal("set_registration_settings: cleared", wire.one("/activity_definitions", id=definition.id)[setting], None)
    check.equal("drafts: none at first", (activity.data_table_draft_record_ids, it.get_draft_statuses(activity.id)), ([], []))
    check.raises("validate_drafts: no drafts", KalbioAPIError, lambda: it.validate_drafts(activity.id))
    check.raises("submit_drafts: no drafts", KalbioAPIError, lambda: it.submit_drafts(activity.id))
    march = client.activities.get_activity_by_id("Registration of March")
    check.raises("stage_drafts: no view", ValueError, lambda: it.stage_drafts(march.id, ["Compound ID"], []))
    check.raises("validate_drafts: no view", KalbioAPIError, lambda: it.validate_drafts(march.id))
    check.raises("stage_drafts: an unknown column", ValueError, lambda: it.stage_drafts(
        activity.id, ["Compound ID"], [{"Compound ID": "EK-9001", "Colour": "red"}]
    ))

    def drafts():
        return wire.one("/activities", id=activity.id)["data_table_draft_record_ids"]

    def stage(rows, **options):
        return import_done(context, it.stage_drafts(activity.id, ["Compound ID"], rows, **options))

    rows = [
        {"Compound ID": "EK-9001", "SMILES": "CCO", "Supplier": "Acme"},
        {"Compound ID": "EK-9001", "SMILES": "CCO", "Supplier": "Acme"},
        {"Compound ID": "EK-9002", "SMILES": "CCN"}
    ]
    done = stage([*rows, {"Compound ID": "EK-9003", "SMILES": 7}])
    check.equal("stage_drafts: its result", (
        done["import_status"], done["import_result"]["records_created"], done["import_result"]["records_skipped"]
    ), ("complete", 3, 1))
    first, second, third = drafts()
    activity.refetch()
    check.equal("stage_drafts: in the activity", activity.data_table_draft_record_ids, [first, second, third])
    context.forget()
    found = client.records.get_records_by_ids([first, second, third])
    check.equal("stage_drafts: their values", [
        (one.record_identifier.split()[0], one.get_value_content("SMILES"), one.get_value_content("Supplier"))
        for one in found
    ], [("EK-9001", "CCO", "Acme"), ("EK-9001", "CCO", "Acme"), ("EK-9002", "CCN", None)])
    check.equal("stage_drafts: no record has the key", client.records.get_record_by_id({"Compound ID": "EK-9001"}), None)

    validation = it.validate_drafts(activity.id, [first, second])
    check.equal("validate_drafts", (validation.submission_type, validation.status, validation.submitted_record_ids), (
        "validation", "pending", [first, second]
    ))
    check.raises("clear_drafts: pending", KalbioAPIError, lambda: it.clear_drafts(activity.id, [first]))
    check.raises("stage_drafts: replaces pending ones", KalbioAPIError, lambda: it.stage_drafts(
        activity.id, ["Compound ID"], rows, replace_existing=True
    ))
    check.raises("validate_drafts: no draft", KalbioAPIError, lambda: it.validate_drafts(activity.id, [NOBODY]))
    check.equal("submit_submission_results: a validation", it.submit_submission_results(
        activity.id, validation.id, RegistrationResultStatusEnum.ERROR, message="One of two",
        records=[
            {"record_id": first, "status": "success"},
            {"record_id": second, "status": "error", "error_message": "Duplicate"}
        ]
    ), True)
    shown = lambda: [(one.record_id, one.status, one.message) for one in it.get_draft_statuses(activity.id)]
    check.equal("get_draft_statuses", shown(), [
        (first, "validated", None), (second, "validation_failed", "Duplicate")
    ])
    only, = it.get_registration_submissions(activity.id)
    check.equal("get_registration_submissions", (only.id, only.status, only.message, [
        (one.source_record_id, one.status, one.error_message) for one in only.record_errors
    ]), (validation.id, "validation_failed", "One of two", [(second, "error", "Duplicate")]))
    check.equal("a validation registers nothing", drafts(), [first, second, third])
    check.equal("clear_drafts", (it.clear_drafts(activity.id, [second]), drafts()), (True, [first, third]))
    check.raises("clear_drafts: again", KalbioAPIError, lambda: it.clear_drafts(activity.id, [second]))

    submission = it.submit_drafts(activity.id)
    check.equal("submit_drafts", (submission.submission_type, submission.status, submission.submitted_record_ids), (
        "registration", "submitted", [first, third]
    ))
    check.equal("push_submission_status", it.push_submission_status(
        activity.id, submission.id, RegistrationFileStatusEnum.PENDING, message="In the queue"
    ), True)
    newest = it.get_registration_submissions(activity.id)[0]
    check.equal("push_submission_status: is there", (newest.id, newest.status, newest.message), (
        submission.id, "pending", "In the queue"
    ))
    check.raises("push_submission_status: of nothing", KalbioAPIError, lambda: it.push_submission_status(
        activity.id, NOBODY, RegistrationFileStatusEnum.VALIDATED
    ))
    it.submit_submission_results(
        activity.id, submission.id, RegistrationResultStatusEnum.SUCCESS, key_field_names=["Compound ID"], records=[
            {"record_id": first, "status": "success", "data": {"Compound ID": "EK-9101", "Notes": "Registered"}},
            {"record_id": third, "status": "error", "error_message": "Not a structure"}
        ]
    )
    check.equal("submit_submission_results: the statuses", shown(), [
        (first, "completed", None), (third, "failed", "Not a structure")
    ])
    check.equal("submit_submission_results: a registered draft is archived", drafts(), [third])
    context.forget()
    made = client.records.get_record_by_id({"Compound ID": "EK-9101"})
    check.equal("submit_submission_results: the record", (
        made.get_value_content("SMILES"), made.get_value_content("Notes")
    ), ("CCO", "Registered"))
    check.that("submit_submission_results: is on the activity", made.id in wire.one(
        "/activities", id=activity.id
    )["all_record_ids"])
    stage(rows[2:], replace_existing=True)
    fresh, = drafts()
    check.that("stage_drafts: replace_existing", fresh not in (first, second, third))
